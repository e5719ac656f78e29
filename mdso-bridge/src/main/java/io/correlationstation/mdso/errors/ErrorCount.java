// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import java.time.Instant;

/**
 * How often errors of one code were seen in one product.
 *
 * @param firstSeen earliest event time
 * @param lastSeen latest event time
 */
public record ErrorCount(
    String code, String product, long count, Instant firstSeen, Instant lastSeen) {}
