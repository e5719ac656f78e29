// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.nio.charset.StandardCharsets;

/**
 * Numbers for people: four significant digits, as {@code %.4g} has them, at a small part of its
 * cost.
 */
final class Digits {

  private static final double[] POWERS = {
    1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7
  };

  /** Where that of 1 stands. */
  private static final int ONE = 4;

  private static final int SIGNIFICANT = 4;

  /** A sign, a digit, the point and seven digits after it. */
  private static final int LONGEST = 10;

  private Digits() {}

  /** Plain notation from 0.0001 up to 1 000 000, else that of {@link Float#toString}. */
  static String four(double value) {
    double size = Math.abs(value);
    if (!(size >= 1e-4 && size < 1e6)) {
      return value == 0 ? "0.000" : Float.toString((float) value);
    }
    int exponent = 5;
    while (size < POWERS[exponent + ONE]) {
      exponent--;
    }
    int decimals = SIGNIFICANT - 1 - exponent;
    if (decimals <= 0) {
      return Long.toString(Math.round(value));
    }
    long left = Math.round(size * POWERS[decimals + ONE]);
    byte[] text = new byte[LONGEST];
    int at = LONGEST;
    for (int i = 0; i < decimals; i++, left /= 10) {
      text[--at] = digit(left);
    }
    text[--at] = '.';
    do {
      text[--at] = digit(left);
      left /= 10;
    } while (left > 0);
    if (value < 0) {
      text[--at] = '-';
    }
    return new String(text, at, LONGEST - at, StandardCharsets.ISO_8859_1);
  }

  private static byte digit(long number) {
    return (byte) ('0' + number % 10);
  }
}
