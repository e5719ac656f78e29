// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.logging;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One JSON object on one line, in the making. */
final class JsonLine {

  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final StringBuilder text;

  JsonLine() {
    this(new StringBuilder(256).append('{'));
  }

  private JsonLine(StringBuilder text) {
    this.text = text;
  }

  /** Adds a text; nothing for null. */
  void field(String name, @Nullable String value) {
    if (value != null) {
      name(name);
      quote(value);
    }
  }

  /** Adds an object of texts; nothing when it has none. */
  void object(String name, Consumer<JsonLine> fields) {
    int before = text.length();
    name(name);
    text.append('{');
    int empty = text.length();
    fields.accept(this);
    if (text.length() == empty) {
      text.setLength(before);
    } else {
      text.append('}');
    }
  }

  String end() {
    return text.append("}\n").toString();
  }

  private void name(String name) {
    if (text.charAt(text.length() - 1) != '{') {
      text.append(',');
    }
    quote(name);
    text.append(':');
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      character(value.charAt(i));
    }
    text.append('"');
  }

  private void character(char c) {
    switch (c) {
      case '"':
      case '\\':
        text.append('\\').append(c);
        break;
      case '\n':
        text.append("\\n");
        break;
      case '\r':
        text.append("\\r");
        break;
      case '\t':
        text.append("\\t");
        break;
      default:
        if (c < ' ' || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c)) {
          escape(c);
        } else {
          text.append(c);
        }
    }
  }

  /** Half a character would be lost in UTF-8; escaped, a pair stays one and a half stays valid. */
  private void escape(char c) {
    text.append("\\u")
        .append(HEX[c >> 12])
        .append(HEX[c >> 8 & 0xf])
        .append(HEX[c >> 4 & 0xf])
        .append(HEX[c & 0xf]);
  }
}
