// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A cursor over the fields of one protobuf message in a byte array; reused for message after
 * message.
 *
 * <pre>
 *   tag     varint   field number &lt;&lt; 3 | wire type
 *   type 0  varint   1 to 10 bytes, 7 bits each, lowest first
 *   type 1  fixed64  8 bytes, little-endian
 *   type 2  LEN      varint length, then that many bytes
 *   type 3  group    fields up to the end-group tag (type 4) of the same number
 *   type 5  fixed32  4 bytes, little-endian
 * </pre>
 *
 * <p>Never throws: bytes that are not a message set {@link #broken()}, and {@link #next()} then
 * returns false. Reads nothing outside the range given. Accepts what protobuf-java accepts:
 * overlong varints, tags and lengths cut to 32 bits. Not thread-safe.
 */
public final class Wire {

  public static final int VARINT = 0;
  public static final int FIXED64 = 1;
  public static final int LEN = 2;
  private static final int START_GROUP = 3;
  private static final int END_GROUP = 4;
  public static final int FIXED32 = 5;

  private static final int MAX_GROUP_DEPTH = 100;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, LITTLE_ENDIAN);

  private final byte[] bytes;
  private int position;
  private int end;
  private int field;
  private int type;
  private int fieldStart;
  private int valueStart;
  private int valueEnd;
  private long number;
  private boolean broken;

  public Wire(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Starts over on the message in {@code [start, end)}. */
  public Wire over(int start, int end) {
    this.position = start;
    this.end = end;
    this.broken = false;
    return this;
  }

  /** Reads the next field, its value included; false at the end or when the bytes are broken. */
  public boolean next() {
    if (broken || position >= end) {
      return false;
    }
    fieldStart = position;
    int tag = (int) varint();
    field = tag >>> 3;
    type = tag & 7;
    if (broken || field == 0) {
      broken = true;
      return false;
    }
    valueStart = position;
    readValue();
    return !broken;
  }

  private void readValue() {
    switch (type) {
      case VARINT -> {
        number = varint();
        valueEnd = position;
      }
      case FIXED64 -> fixed(8);
      case FIXED32 -> fixed(4);
      case LEN -> {
        int length = (int) varint();
        if (broken || length < 0 || length > end - position) {
          broken = true;
          return;
        }
        valueStart = position;
        position += length;
        valueEnd = position;
      }
      case START_GROUP -> {
        skipGroup(field, 1);
        valueEnd = position;
      }
      default -> broken = true;
    }
  }

  private void fixed(int width) {
    if (end - position < width) {
      broken = true;
      return;
    }
    number = width == 8 ? (long) LONGS.get(bytes, position) : (int) INTS.get(bytes, position);
    position += width;
    valueEnd = position;
  }

  private void skipGroup(int group, int depth) {
    if (depth > MAX_GROUP_DEPTH) {
      broken = true;
    }
    while (!broken) {
      int tag = (int) varint();
      int inner = tag >>> 3;
      if (broken || inner == 0) {
        broken = true;
      } else if ((tag & 7) == END_GROUP) {
        broken = inner != group;
        return;
      } else {
        skipValue(inner, tag & 7, depth);
      }
    }
  }

  private void skipValue(int inner, int innerType, int depth) {
    if (innerType == START_GROUP) {
      skipGroup(inner, depth + 1);
      return;
    }
    int outerType = type;
    type = innerType;
    readValue();
    type = outerType;
  }

  /** Whether the range is varints and nothing else; ends what this cursor was on. */
  boolean isPackedVarints(int start, int end) {
    over(start, end);
    while (position < this.end && !broken) {
      varint();
    }
    return !broken;
  }

  private long varint() {
    if (position < end && bytes[position] >= 0) {
      return bytes[position++];
    }
    long value = 0;
    for (int shift = 0; shift < 70 && position < end; shift += 7) {
      byte b = bytes[position++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    broken = true;
    return 0;
  }

  /** Whether the bytes read so far are not a protobuf message. */
  public boolean broken() {
    return broken;
  }

  public int field() {
    return field;
  }

  public int type() {
    return type;
  }

  public boolean is(int wantedField, int wantedType) {
    return field == wantedField && type == wantedType;
  }

  /** Where the field's tag starts. */
  int fieldStart() {
    return fieldStart;
  }

  /** Where the value starts: after the tag, and after the length when there is one. */
  public int start() {
    return valueStart;
  }

  /** Where the value, and so the field, ends. */
  public int end() {
    return valueEnd;
  }

  public int length() {
    return valueEnd - valueStart;
  }

  /** The value of a varint, fixed64 or (sign-extended) fixed32 field. */
  public long number() {
    return number;
  }

  static long bigEndianLong(byte[] bytes, int at) {
    return Long.reverseBytes((long) LONGS.get(bytes, at));
  }

  static long littleEndianLong(byte[] bytes, int at) {
    return (long) LONGS.get(bytes, at);
  }
}
