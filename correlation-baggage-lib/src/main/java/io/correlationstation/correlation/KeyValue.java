// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * What a key's value may be: 1 to 128 printable ASCII characters, none of them a space, {@code ,},
 * {@code ;}, {@code "} or {@code \}. Such a value fits into a header, baggage and a log line as it
 * is.
 */
final class KeyValue {

  static final int MAX_LENGTH = 128;

  private static final String REJECTED = "correlation.values.rejected";
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("key");
  private static final AttributeKey<String> REASON = AttributeKey.stringKey("reason");

  private KeyValue() {}

  /** Returns whether a value from outside may be taken; one that may not is counted. */
  static boolean admit(CorrelationKey key, String value) {
    Reason reason = reasonAgainst(value);
    if (reason == null) {
      return true;
    }
    CurrentTelemetry telemetry = CurrentTelemetry.get();
    if (!telemetry.isOff()) {
      telemetry
          .meter()
          .counterBuilder(REJECTED)
          .setDescription("Values from outside that were left out")
          .build()
          .add(1, Attributes.of(KEY, key.name(), REASON, reason.attribute));
    }
    return false;
  }

  static String require(CorrelationKey key, String value) {
    Reason reason = reasonAgainst(value);
    if (reason != null) {
      throw new IllegalArgumentException(key.name() + " " + explain(value));
    }
    return value;
  }

  static @Nullable Reason reasonAgainst(String value) {
    if (value.isEmpty() || value.length() > MAX_LENGTH) {
      return Reason.LENGTH;
    }
    return firstForeign(value) < 0 ? null : Reason.PATTERN;
  }

  private static int firstForeign(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (!isAllowed(value.charAt(i))) {
        return i;
      }
    }
    return -1;
  }

  private static String explain(String value) {
    if (value.isEmpty()) {
      return "is empty";
    }
    if (value.length() > MAX_LENGTH) {
      return "is longer than " + MAX_LENGTH + " characters: " + value.length();
    }
    int index = firstForeign(value);
    return "has a character that headers cannot carry at index "
        + index
        + ": U+"
        + String.format("%04X", (int) value.charAt(index));
  }

  private static boolean isAllowed(char c) {
    return c > ' ' && c < 0x7f && c != ',' && c != ';' && c != '"' && c != '\\';
  }

  /** Why a value is not taken; the attribute is the one that the agent uses. */
  enum Reason {
    LENGTH("length"),
    PATTERN("pattern");

    private final String attribute;

    Reason(String attribute) {
      this.attribute = attribute;
    }
  }
}
