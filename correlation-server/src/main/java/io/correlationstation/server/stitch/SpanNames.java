// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/**
 * Names of spans, and of queues, without the ids in them: {@code GET /orders/4711} and {@code GET
 * /orders/4712} are one kind of work, of which something can be learnt.
 *
 * <p>A word is letters, digits, dashes and underscores. One with {@value #DIGITS_OF_AN_ID} digits
 * or more is an id, as are UUIDs and long hexadecimal numbers; {@code v2} and {@code step-10} are
 * not.
 */
final class SpanNames {

  private static final int DIGITS_OF_AN_ID = 4;
  private static final char ID = '#';

  private SpanNames() {}

  /** The name with each id replaced; the name itself when it has none. */
  static String withoutIds(String name) {
    return without(name, DIGITS_OF_AN_ID);
  }

  /** The name with each word that has a digit replaced. */
  static String withoutNumbers(String name) {
    return without(name, 1);
  }

  private static String without(String name, int digits) {
    StringBuilder result = null;
    int copied = 0;
    int at = 0;
    while (at < name.length()) {
      int start = at;
      int found = 0;
      while (at < name.length() && isOfWord(name.charAt(at))) {
        found += isDigit(name.charAt(at)) ? 1 : 0;
        at++;
      }
      if (found >= digits) {
        result = result == null ? new StringBuilder(name.length()) : result;
        result.append(name, copied, start).append(ID);
        copied = at;
      }
      at++;
    }
    return result == null
        ? name
        : result.append(name, Math.min(copied, name.length()), name.length()).toString();
  }

  private static boolean isOfWord(char c) {
    return c == '-' || c == '_' || Character.isLetterOrDigit(c);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
