// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import org.jspecify.annotations.Nullable;

/**
 * What a key's value may be: 1 to 128 printable ASCII characters, none of them a space, {@code ,},
 * {@code ;}, {@code "} or {@code \}. Such a value fits into a header, baggage and a log line as it
 * is.
 */
final class KeyValue {

  static final int MAX_LENGTH = 128;

  private KeyValue() {}

  static boolean isValid(@Nullable String value) {
    return value != null && problemOf(value) == null;
  }

  static String require(CorrelationKey key, String value) {
    String problem = problemOf(value);
    if (problem != null) {
      throw new IllegalArgumentException(key.name() + " " + problem);
    }
    return value;
  }

  private static @Nullable String problemOf(String value) {
    if (value.isEmpty()) {
      return "is empty";
    }
    if (value.length() > MAX_LENGTH) {
      return "is longer than " + MAX_LENGTH + " characters: " + value.length();
    }
    for (int i = 0; i < value.length(); i++) {
      if (!isAllowed(value.charAt(i))) {
        return "has a character that headers cannot carry at index "
            + i
            + ": U+"
            + String.format("%04X", (int) value.charAt(i));
      }
    }
    return null;
  }

  private static boolean isAllowed(char c) {
    return c > ' ' && c < 0x7f && c != ',' && c != ';' && c != '"' && c != '\\';
  }
}
