// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Writes protobuf fields into one growing array. A nested message is opened with {@link #begin} and
 * closed with {@link #end}, which puts its length in front of it (moving it when the length needs
 * more than one byte). Can be used again after {@link #truncate}. Not thread-safe.
 */
public final class WireWriter {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, LITTLE_ENDIAN);
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;
  private static final byte[] REPLACEMENT = {(byte) 0xef, (byte) 0xbf, (byte) 0xbd};

  private byte[] bytes;
  private int size;

  public WireWriter(int expectedBytes) {
    bytes = new byte[Math.max(64, expectedBytes)];
  }

  public int size() {
    return size;
  }

  /** How much can be written before the array has to grow. */
  public int capacity() {
    return bytes.length;
  }

  /**
   * What was written, in the first {@link #size} bytes of an array that the next call may change or
   * replace.
   */
  public byte[] array() {
    return bytes;
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** Drops everything written after that size. */
  public void truncate(int size) {
    this.size = size;
  }

  /** Opens a nested message or a packed list; give the result to {@link #end}. */
  public int begin(int field) {
    tag(field, Wire.LEN);
    room(1);
    return ++size;
  }

  public void end(int begun) {
    int length = size - begun;
    int extra = varintSize(length) - 1;
    if (extra > 0) {
      room(extra);
      System.arraycopy(bytes, begun, bytes, begun + extra, length);
    }
    int contentEnd = size + extra;
    size = begun - 1;
    varint(length);
    size = contentEnd;
  }

  public void tag(int field, int type) {
    varint((long) field << 3 | type);
  }

  public void varint(long value) {
    room(10);
    while ((value & ~0x7fL) != 0) {
      bytes[size++] = (byte) (value | 0x80);
      value >>>= 7;
    }
    bytes[size++] = (byte) value;
  }

  void fixed64(long value) {
    room(8);
    LONGS.set(bytes, size, value);
    size += 8;
  }

  void fixed32(int value) {
    room(4);
    INTS.set(bytes, size, value);
    size += 4;
  }

  void fixed64Field(int field, long value) {
    tag(field, Wire.FIXED64);
    fixed64(value);
  }

  public void varintField(int field, long value) {
    tag(field, Wire.VARINT);
    varint(value);
  }

  public void bytesField(int field, byte[] value) {
    tag(field, Wire.LEN);
    varint(value.length);
    raw(value, 0, value.length);
  }

  /** Writes the text as UTF-8; half of a surrogate pair becomes U+FFFD. */
  void stringField(int field, String text) {
    int begun = begin(field);
    room(text.length() * 3);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes[size++] = (byte) c;
      } else if (c < 0x800) {
        bytes[size++] = (byte) (0xc0 | c >> 6);
        bytes[size++] = (byte) (0x80 | c & 0x3f);
      } else if (!Character.isSurrogate(c)) {
        bytes[size++] = (byte) (0xe0 | c >> 12);
        bytes[size++] = (byte) (0x80 | c >> 6 & 0x3f);
        bytes[size++] = (byte) (0x80 | c & 0x3f);
      } else {
        i += surrogate(text, i);
      }
    }
    end(begun);
  }

  /** Writes the character that starts at {@code i}; returns how many units beyond it were used. */
  private int surrogate(String text, int i) {
    int point = text.codePointAt(i);
    if (point <= 0xffff) {
      raw(REPLACEMENT, 0, 3);
      return 0;
    }
    room(4 + (text.length() - i) * 3);
    bytes[size++] = (byte) (0xf0 | point >> 18);
    bytes[size++] = (byte) (0x80 | point >> 12 & 0x3f);
    bytes[size++] = (byte) (0x80 | point >> 6 & 0x3f);
    bytes[size++] = (byte) (0x80 | point & 0x3f);
    return 1;
  }

  public void raw(byte[] source, int start, int end) {
    room(end - start);
    System.arraycopy(source, start, bytes, size, end - start);
    size += end - start;
  }

  public static int varintSize(int value) {
    return value == 0 ? 1 : (38 - Integer.numberOfLeadingZeros(value)) / 7;
  }

  private void room(int more) {
    int needed = Math.addExact(size, more);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(bytes.length * 2L, MAX_ARRAY)));
    }
  }
}
