// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Identifiers as text, and the ids of handoffs. */
final class Ids {

  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final byte[] VERSION = ascii(Decisions.MODEL_VERSION);

  /** Digits of a trace id, which a handoff's has as well, and of a span id. */
  private static final int TRACE = 32;

  private static final int SPAN = 16;

  private static final ThreadLocal<MessageDigest> SHA256 = ThreadLocal.withInitial(Ids::sha256);

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
    byte[] digest = SHA256.get().digest(text);
    byte[] id = new byte[TRACE];
    put(id, 0, (long) EIGHT_BYTES.get(digest, 0));
    put(id, SPAN, (long) EIGHT_BYTES.get(digest, Long.BYTES));
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
    EIGHT_BYTES.set(text, from, digits(number >>> 32));
    EIGHT_BYTES.set(text, from + 8, digits(number & 0xffff_ffffL));
  }

  /** Eight hexadecimal digits, a byte each, the first highest: all at once. */
  private static long digits(long number) {
    long spread = (number << 16 | number) & 0x0000_ffff_0000_ffffL;
    spread = (spread << 8 | spread) & 0x00ff_00ff_00ff_00ffL;
    spread = (spread << 4 | spread) & 0x0f0f_0f0f_0f0f_0f0fL;
    long letters = spread + 0x0606_0606_0606_0606L >>> 4 & 0x0101_0101_0101_0101L;
    return spread + 0x3030_3030_3030_3030L + letters * ('a' - '0' - 10);
  }

  private static String text(byte[] ascii) {
    return new String(ascii, StandardCharsets.ISO_8859_1);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
