// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Lenient reading of the orchestrator's JSON. */
public final class Json {

  public static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /** A scalar as text; null when it is missing, null, blank, an object or an array. */
  public static @Nullable String text(JsonNode node) {
    if (!node.isValueNode() || node.isNull()) {
      return null;
    }
    String text = node.asText();
    return text.isBlank() ? null : text;
  }

  /** {@code 2025-01-01T00:00:00.000Z}; without a zone UTC; null when it is no time. */
  public static @Nullable Instant instant(JsonNode node) {
    String text = text(node);
    if (text == null) {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      // zone-less, or no time at all
    }
    try {
      return LocalDateTime.parse(text.replace(' ', 'T')).toInstant(java.time.ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
