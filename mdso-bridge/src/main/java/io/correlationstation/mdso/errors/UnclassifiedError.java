// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import java.time.Instant;

/**
 * Errors that no rule names and that differ in volatile tokens only: a candidate for a new rule.
 *
 * @param fingerprint 64 hexadecimal digits
 * @param sample the first text, secrets masked
 * @param template the text with placeholders for what differs
 */
public record UnclassifiedError(
    String fingerprint,
    long count,
    String sample,
    String template,
    Instant firstSeen,
    Instant lastSeen) {}
