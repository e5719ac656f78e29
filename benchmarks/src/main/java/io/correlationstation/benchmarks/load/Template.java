// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * An encoded request whose ids, times and key values are filled in anew for each copy, because
 * encoding one from objects would cost the generator more than the server needs to take it in.
 *
 * <p>While a template is built, each value that varies holds a mark: eight bytes that occur nowhere
 * else and say what belongs there. The constructor finds the marks.
 *
 * <pre>
 *   mark as a number   MAGIC (16 bits) | kind (8) | slot (16) | index (16) | 0 (8)
 *   mark as text       '#' kind slot (3 digits) index (2 digits) and as many '#' as the text is longer
 * </pre>
 */
final class Template {

  /** What a mark stands for. */
  enum Kind {
    TRACE,
    SPAN,
    PARENT,
    START,
    END,
    CIRCUIT,
    REQUEST
  }

  /** Gives the value for a mark: a number, or for texts the number that is written in digits. */
  interface Values {
    long of(Kind kind, int slot, int index);
  }

  private record Mark(Kind kind, int slot, int index, int offset) {}

  static final int CIRCUIT_DIGITS = 8;
  static final int REQUEST_DIGITS = 16;

  private static final long MAGIC = 0xA7C3L << 48;
  private static final long MAGIC_BITS = 0xFFFFL << 48;
  private static final Kind[] KINDS = Kind.values();
  private static final VarHandle BIG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LITTLE =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] bytes;
  private final List<Mark> marks = new ArrayList<>();

  Template(byte[] bytes) {
    this.bytes = bytes;
    for (int at = 0; at + Long.BYTES <= bytes.length; at++) {
      find(at);
    }
  }

  private void find(int at) {
    if (bytes[at] == '#' && (bytes[at + 1] == 'C' || bytes[at + 1] == 'R')) {
      Kind kind = bytes[at + 1] == 'C' ? Kind.CIRCUIT : Kind.REQUEST;
      int slot = Integer.parseInt(new String(bytes, at + 2, 3, US_ASCII));
      int index = Integer.parseInt(new String(bytes, at + 5, 2, US_ASCII));
      marks.add(new Mark(kind, slot, index, at));
      return;
    }
    long big = (long) BIG.get(bytes, at);
    long little = (long) LITTLE.get(bytes, at);
    if (isMark(big) && KINDS[(int) (big >>> 40) & 0xff].compareTo(Kind.PARENT) <= 0) {
      mark(big, at);
    } else if (isMark(little) && KINDS[(int) (little >>> 40) & 0xff].compareTo(Kind.END) <= 0) {
      mark(little, at);
    }
  }

  private static boolean isMark(long value) {
    return (value & MAGIC_BITS) == MAGIC && (value & 0xff) == 0 && (value >>> 40 & 0xff) < 5;
  }

  private void mark(long value, int at) {
    marks.add(
        new Mark(
            KINDS[(int) (value >>> 40) & 0xff],
            (int) (value >>> 24) & 0xffff,
            (int) (value >>> 8) & 0xffff,
            at));
  }

  /** A mark for an id (big-endian on the wire) or a time (little-endian fixed64). */
  static long mark(Kind kind, int slot, int index) {
    return MAGIC | (long) kind.ordinal() << 40 | (long) slot << 24 | (long) index << 8;
  }

  /** A mark for a text of {@link #CIRCUIT_DIGITS} decimal digits. */
  static String circuitMark(int slot, int index) {
    return "#C%03d%02d#".formatted(slot, index);
  }

  /** A mark for a text of {@link #REQUEST_DIGITS} hexadecimal digits. */
  static String requestMark(int slot, int index) {
    return "#R%03d%02d#########".formatted(slot, index);
  }

  int marks() {
    return marks.size();
  }

  byte[] copy(Values values) {
    byte[] copy = bytes.clone();
    for (Mark mark : marks) {
      long value = values.of(mark.kind, mark.slot, mark.index);
      switch (mark.kind) {
        case TRACE, SPAN, PARENT -> BIG.set(copy, mark.offset, value);
        case START, END -> LITTLE.set(copy, mark.offset, value);
        case CIRCUIT -> digits(copy, mark.offset, value, CIRCUIT_DIGITS, 10);
        case REQUEST -> digits(copy, mark.offset, value, REQUEST_DIGITS, 16);
      }
    }
    return copy;
  }

  private static void digits(byte[] copy, int offset, long value, int digits, int radix) {
    long rest = value;
    for (int at = offset + digits - 1; at >= offset; at--) {
      copy[at] = (byte) Character.forDigit((int) Long.remainderUnsigned(rest, radix), radix);
      rest = Long.divideUnsigned(rest, radix);
    }
  }
}
