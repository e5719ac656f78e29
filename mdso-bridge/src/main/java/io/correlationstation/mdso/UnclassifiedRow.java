// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * A row of {@code GET /mdso/errors/unclassified}; times are RFC 3339.
 *
 * @param fingerprint 64 hexadecimal digits
 * @param sample the first text of the group, secrets masked
 * @param template the text with placeholders for what differs within the group
 */
@JsonNaming(SnakeCaseStrategy.class)
public record UnclassifiedRow(
    String fingerprint,
    long count,
    String sample,
    String template,
    String firstSeen,
    String lastSeen) {}
