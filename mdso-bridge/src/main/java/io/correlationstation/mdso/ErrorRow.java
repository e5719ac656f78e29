// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/** A row of {@code GET /mdso/errors}; times are RFC 3339. */
@JsonNaming(SnakeCaseStrategy.class)
public record ErrorRow(
    String code, String product, long count, String firstSeen, String lastSeen) {}
