// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

/** The structured data of RFC 5424: {@code [id name="value" …]…}, or {@code -} for none. */
final class StructuredData {

  private StructuredData() {}

  /**
   * Adds the parameters to the line's fields; of what is malformed nothing is taken.
   *
   * @return where the structured data ends
   */
  static int read(String text, int from, LogLine line) {
    if (text.startsWith("-", from)) {
      return from + 1;
    }
    int at = from;
    while (at < text.length() && text.charAt(at) == '[') {
      int end = element(text, at + 1, line);
      if (end < 0) {
        return at;
      }
      at = end;
    }
    return at;
  }

  /** The index after the closing bracket, or -1. */
  private static int element(String text, int from, LogLine line) {
    int at = from;
    while (at < text.length() && text.charAt(at) != ' ' && text.charAt(at) != ']') {
      at++;
    }
    while (at < text.length() && text.charAt(at) == ' ') {
      int equals = text.indexOf("=\"", at);
      if (equals < 0) {
        return -1;
      }
      String name = text.substring(at + 1, equals);
      StringBuilder value = new StringBuilder();
      at = value(text, equals + 2, value);
      if (at < 0) {
        return -1;
      }
      line.field(name, value.toString());
    }
    return at < text.length() && text.charAt(at) == ']' ? at + 1 : -1;
  }

  /** The index after the closing quote, or -1. */
  private static int value(String text, int from, StringBuilder value) {
    int at = from;
    while (at < text.length() && text.charAt(at) != '"') {
      boolean escaped = text.charAt(at) == '\\' && at + 1 < text.length();
      if (escaped && "\"\\]".indexOf(text.charAt(at + 1)) >= 0) {
        at++;
      }
      value.append(text.charAt(at));
      at++;
    }
    return at < text.length() ? at + 1 : -1;
  }
}
