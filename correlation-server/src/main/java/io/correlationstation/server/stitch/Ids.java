// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Identifiers as text, and the ids of handoffs. */
final class Ids {

  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final byte[] VERSION = ascii(Decisions.MODEL_VERSION);

  /** Digits of a trace id and of a span id; the latter also bytes of a handoff's. */
  private static final int TRACE = 32;

  private static final int SPAN = 16;

  /** Never fed: only copied. */
  private static final MessageDigest SHA256 = lookUp();

  private Ids() {}

  static String trace(Fragment fragment) {
    byte[] text = new byte[TRACE];
    putTrace(text, 0, fragment);
    return text(text);
  }

  static String span(long id) {
    byte[] text = new byte[SPAN];
    put(text, 0, id);
    return text(text);
  }

  /**
   * First 16 bytes of SHA-256 over {@code MODEL_VERSION|parent trace|parent span|child trace|child
   * span}.
   */
  static String handoff(Exit exit, Child child) {
    byte[] text = Arrays.copyOf(VERSION, VERSION.length + 2 * (TRACE + SPAN + 2));
    int at = putEnd(text, VERSION.length, exit.fragment, exit.spanId);
    putEnd(text, at, child.fragment, child.spanId);
    byte[] digest = sha256().digest(text);
    byte[] id = new byte[2 * SPAN];
    for (int i = 0; i < SPAN; i++) {
      id[2 * i] = HEX[digest[i] >> 4 & 0xf];
      id[2 * i + 1] = HEX[digest[i] & 0xf];
    }
    return text(id);
  }

  private static int putEnd(byte[] text, int from, Fragment fragment, long spanId) {
    text[from] = '|';
    putTrace(text, from + 1, fragment);
    text[from + 1 + TRACE] = '|';
    put(text, from + 2 + TRACE, spanId);
    return from + 2 + TRACE + SPAN;
  }

  private static void putTrace(byte[] text, int from, Fragment fragment) {
    put(text, from, fragment.traceHigh);
    put(text, from + SPAN, fragment.traceLow);
  }

  private static void put(byte[] text, int from, long number) {
    for (int i = SPAN - 1, shift = 0; i >= 0; i--, shift += 4) {
      text[from + i] = HEX[(int) (number >>> shift) & 0xf];
    }
  }

  private static String text(byte[] ascii) {
    return new String(ascii, StandardCharsets.ISO_8859_1);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** A copy of one that was looked up once: the look-up costs as much as the digest. */
  private static MessageDigest sha256() {
    try {
      return (MessageDigest) SHA256.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's own digests can be copied", e);
    }
  }

  private static MessageDigest lookUp() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
