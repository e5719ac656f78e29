// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Numbers and texts as bytes, as {@link java.io.DataInput} reads them. A {@link
 * java.io.DataOutputStream} on a buffer locks for every field: a quarter of the time of a state.
 * Every write throws {@link UncheckedIOException} when the stream below fails, as what copies
 * itself knows of no files. Not thread-safe.
 */
final class StateOutput implements Closeable {

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

  private final OutputStream out;
  private final byte[] buffer = new byte[1 << 16];
  private int used;

  StateOutput(OutputStream out) {
    this.out = out;
  }

  void writeLong(long value) {
    LONGS.set(buffer, room(Long.BYTES), value);
  }

  void writeDouble(double value) {
    writeLong(Double.doubleToLongBits(value));
  }

  void writeInt(int value) {
    INTS.set(buffer, room(Integer.BYTES), value);
  }

  void writeFloat(float value) {
    writeInt(Float.floatToIntBits(value));
  }

  void writeShort(int value) {
    SHORTS.set(buffer, room(Short.BYTES), (short) value);
  }

  void writeByte(int value) {
    buffer[room(1)] = (byte) value;
  }

  void writeBoolean(boolean value) {
    writeByte(value ? 1 : 0);
  }

  /** Seven bits a byte, the low ones first. */
  void writeNumber(int number) {
    int rest = number;
    while ((rest & ~0x7f) != 0) {
      writeByte(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    writeByte(rest);
  }

  /** Its length as a number, then its UTF-8 bytes. */
  void writeText(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    writeNumber(bytes.length);
    write(bytes);
  }

  void write(byte[] bytes) {
    if (bytes.length <= buffer.length) {
      System.arraycopy(bytes, 0, buffer, room(bytes.length), bytes.length);
    } else {
      flush();
      writeThrough(bytes, bytes.length);
    }
  }

  private int room(int bytes) {
    if (used + bytes > buffer.length) {
      flush();
    }
    int at = used;
    used += bytes;
    return at;
  }

  /** Writes what is buffered; the stream below is not flushed. */
  void flush() {
    writeThrough(buffer, used);
    used = 0;
  }

  private void writeThrough(byte[] bytes, int count) {
    try {
      out.write(bytes, 0, count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    flush();
    out.close();
  }
}
