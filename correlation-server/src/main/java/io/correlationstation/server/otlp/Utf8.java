// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

/**
 * Whether bytes are UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, at most U+10FFFF.
 */
final class Utf8 {

  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  static boolean isValid(byte[] bytes, int start, int end) {
    return isAscii(bytes, start, end) || isValidBeyondAscii(bytes, start, end);
  }

  /** Whether every byte is below 0x80; the common case, eight bytes at a time. */
  static boolean isAscii(byte[] bytes, int start, int end) {
    long bits = 0;
    int at = start;
    for (; end - at >= 8; at += 8) {
      bits |= Wire.littleEndianLong(bytes, at);
    }
    int rest = end - at;
    if (rest > 0 && end >= 8) {
      // the last eight bytes, of which the first ones lie before the rest
      bits |= Wire.littleEndianLong(bytes, end - 8) >>> 8 * (8 - rest);
      return (bits & HIGH_BITS) == 0;
    }
    for (; at < end; at++) {
      bits |= bytes[at];
    }
    return (bits & HIGH_BITS) == 0;
  }

  private static boolean isValidBeyondAscii(byte[] bytes, int start, int end) {
    int at = afterAscii(bytes, start, end);
    while (at < end) {
      int length = sequence(bytes, at, end);
      if (length == 0) {
        return false;
      }
      at = afterAscii(bytes, at + length, end);
    }
    return true;
  }

  private static int afterAscii(byte[] bytes, int start, int end) {
    int at = start;
    while (end - at >= 8 && (Wire.littleEndianLong(bytes, at) & HIGH_BITS) == 0) {
      at += 8;
    }
    while (at < end && bytes[at] >= 0) {
      at++;
    }
    return at;
  }

  /** Length of the sequence of two to four bytes that starts at {@code at}; 0 when it is none. */
  private static int sequence(byte[] bytes, int at, int end) {
    int lead = bytes[at] & 0xff;
    int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead < 0xc2 || lead > 0xf4 || end - at < length) {
      return 0;
    }
    for (int i = 1; i < length; i++) {
      if ((bytes[at + i] & 0xc0) != 0x80) {
        return 0;
      }
    }
    int second = bytes[at + 1] & 0xff;
    return switch (lead) {
      case 0xe0 -> second < 0xa0 ? 0 : length;
      case 0xed -> second > 0x9f ? 0 : length;
      case 0xf0 -> second < 0x90 ? 0 : length;
      case 0xf4 -> second > 0x8f ? 0 : length;
      default -> length;
    };
  }
}
