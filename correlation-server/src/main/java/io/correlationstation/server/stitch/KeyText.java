// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import io.correlationstation.server.stitch.KeySpec.LetterCase;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the value of a correlation key is written before it is compared, everywhere.
 *
 * <p>What clings to ids in messages goes: white space, quotes, commas, semicolons and brackets of
 * any kind at both ends; inner dots stay. Values that name nothing are junk: words such as {@code
 * null}, zeros, punctuation alone, placeholders nobody filled in ({@code ${circuitId}}), and
 * anything longer than {@value #MAX_LENGTH} characters.
 */
public final class KeyText {

  static final int MAX_LENGTH = 256;

  private static final String CLINGING = ",;\"'()[]{}<>";

  private static final Set<String> JUNK =
      Set.of(
          "default",
          "empty",
          "false",
          "missing",
          "n/a",
          "na",
          "nan",
          "nil",
          "none",
          "not set",
          "null",
          "object object",
          "string",
          "tbd",
          "true",
          "undefined",
          "unknown",
          "unset");

  private static final int LONGEST_JUNK =
      JUNK.stream().mapToInt(String::length).max().orElseThrow();

  private KeyText() {}

  /** The value as it is compared, or null when it is junk. */
  public static @Nullable String clean(String text, LetterCase letterCase) {
    int from = 0;
    int to = text.length();
    while (from < to && clings(text.charAt(from))) {
      from++;
    }
    while (to > from && clings(text.charAt(to - 1))) {
      to--;
    }
    String plain = text.substring(from, to);
    if (to - from > MAX_LENGTH || namesNothing(plain) || isPlaceholder(text)) {
      return null;
    }
    return switch (letterCase) {
      case KEPT -> plain;
      case LOWER -> plain.toLowerCase(Locale.ROOT);
      case UPPER -> plain.toUpperCase(Locale.ROOT);
    };
  }

  private static boolean clings(char c) {
    return c <= ' ' || CLINGING.indexOf(c) >= 0;
  }

  private static boolean namesNothing(String plain) {
    if (plain.length() <= LONGEST_JUNK && JUNK.contains(plain.toLowerCase(Locale.ROOT))) {
      return true;
    }
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      if (c != '0' && c != 'x' && c != 'X' && Character.isLetterOrDigit(c)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPlaceholder(String text) {
    int brace = text.indexOf('{');
    return brace >= 0
        && (text.startsWith("{{", brace)
            || brace > 0 && (text.charAt(brace - 1) == '$' || text.charAt(brace - 1) == '%'));
  }
}
