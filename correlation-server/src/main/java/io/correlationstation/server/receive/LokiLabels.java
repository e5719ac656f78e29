// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the labels of a stream as Prometheus writes them: <code>{name="value", …}</code> with
 * values quoted as in Go. Of a name given twice the last counts.
 */
final class LokiLabels {

  private final String text;
  private int at;

  private LokiLabels(String text) {
    this.text = text;
  }

  /** Labels by name in the order written, or null when the text is something else. */
  static @Nullable Map<String, String> parse(String text) {
    return new LokiLabels(text).read();
  }

  private @Nullable Map<String, String> read() {
    Map<String, String> labels = new LinkedHashMap<>();
    skipBlanks();
    if (!take('{')) {
      return null;
    }
    skipBlanks();
    while (!take('}')) {
      String name = name();
      skipBlanks();
      if (name.isEmpty() || !take('=')) {
        return null;
      }
      skipBlanks();
      String value = quoted();
      if (value == null) {
        return null;
      }
      labels.put(name, value);
      skipBlanks();
      if (!take(',') && !(at < text.length() && text.charAt(at) == '}')) {
        return null;
      }
      skipBlanks();
    }
    skipBlanks();
    return at == text.length() ? labels : null;
  }

  private String name() {
    int start = at;
    while (at < text.length() && isNamePart(text.charAt(at))) {
      at++;
    }
    return text.substring(start, at);
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == ':' || c == '.' || c == '-';
  }

  private @Nullable String quoted() {
    if (!take('"')) {
      return null;
    }
    StringBuilder value = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c != '\\') {
        value.append(c);
      } else if (!escape(value)) {
        return null;
      }
    }
    return take('"') ? value.toString() : null;
  }

  private boolean escape(StringBuilder value) {
    if (at == text.length()) {
      return false;
    }
    char c = text.charAt(at++);
    switch (c) {
      case '"', '\\', '\'' -> value.append(c);
      case 'n' -> value.append('\n');
      case 't' -> value.append('\t');
      case 'r' -> value.append('\r');
      case 'a' -> value.append('\u0007');
      case 'b' -> value.append('\b');
      case 'f' -> value.append('\f');
      case 'v' -> value.append('\u000b');
      case 'x' -> {
        return number(value, 2);
      }
      case 'u' -> {
        return number(value, 4);
      }
      case 'U' -> {
        return number(value, 8);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean number(StringBuilder value, int digits) {
    if (at + digits > text.length()) {
      return false;
    }
    try {
      int point = Integer.parseUnsignedInt(text, at, at + digits, 16);
      if (!Character.isValidCodePoint(point)) {
        return false;
      }
      value.appendCodePoint(point);
      at += digits;
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private boolean take(char c) {
    if (at < text.length() && text.charAt(at) == c) {
      at++;
      return true;
    }
    return false;
  }

  private void skipBlanks() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }
}
