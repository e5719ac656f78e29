// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import java.nio.charset.StandardCharsets;

/**
 * A name or value of a JSON document as it is read, in UTF-8 and without its escapes. What returns
 * false leaves a text that is of no use: too long, escaped as JSON does not, or with escaped
 * surrogates, which are in no key.
 */
final class JsonText {

  private static final String ESCAPES = "\"\\/bfnrt";
  private static final String ESCAPED = "\"\\/\b\f\n\r\t";
  private static final int UNIT_DIGITS = 4;

  private final byte[] bytes;
  private int length;
  private boolean afterBackslash;
  private int unitDigits; // that are still to come
  private int unit;

  /** For texts of at most that many bytes. */
  JsonText(int maxLength) {
    this.bytes = new byte[maxLength];
  }

  /** Holds the text from index 0, up to its length. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
    afterBackslash = false;
    unitDigits = 0;
  }

  boolean append(byte[] source, int from, int to) {
    int more = to - from;
    if (more > bytes.length - length) {
      return false;
    }
    System.arraycopy(source, from, bytes, length, more);
    length += more;
    return true;
  }

  /** A backslash came. */
  void startEscape() {
    afterBackslash = true;
  }

  /** Whether the next byte is for {@link #unescape}. */
  boolean inEscape() {
    return afterBackslash || unitDigits > 0;
  }

  /** Whether the next byte is the first one of an escape. */
  boolean isAfterBackslash() {
    return afterBackslash;
  }

  /** Takes a byte of an escape. */
  boolean unescape(byte b) {
    if (unitDigits > 0) {
      int digit = Character.digit(b, 16);
      unit = unit << 4 | digit;
      unitDigits--;
      return digit >= 0 && (unitDigits > 0 || append((char) unit));
    }
    afterBackslash = false;
    if (b == 'u') {
      unitDigits = UNIT_DIGITS;
      unit = 0;
      return true;
    }
    int which = ESCAPES.indexOf(b);
    return which >= 0 && append(ESCAPED.charAt(which));
  }

  private boolean append(char c) {
    if (Character.isSurrogate(c)) {
      return false;
    }
    byte[] utf8 = String.valueOf(c).getBytes(StandardCharsets.UTF_8);
    return append(utf8, 0, utf8.length);
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
