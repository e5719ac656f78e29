// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates gzip (RFC 1952, any number of members) and zlib (RFC 1950) bodies from memory.
 *
 * <p>Not {@code GZIPInputStream}: it takes a member boundary for the end of the stream when its
 * source has nothing more at that moment, and ignores what follows the last member. Either way part
 * of a body would be acknowledged and lost.
 */
final class Inflation {

  private static final int FHCRC = 2;
  private static final int FEXTRA = 4;
  private static final int FNAME = 8;
  private static final int FCOMMENT = 16;
  private static final int RESERVED = 0xe0;

  /** Header, an empty block, trailer. */
  private static final int MIN_MEMBER_BYTES = 20;

  /** Telemetry becomes five to twenty times as large; deflate can reach a thousand. */
  private static final int USUAL_RATIO = 32;

  private final byte[] body;
  private final int limit;
  private final GrowingBody inflated;
  private int position;

  Inflation(byte[] body, int limit, ByteBudget.Lease lease) {
    this.body = body;
    this.limit = limit;
    this.inflated = new GrowingBody(limit, lease);
  }

  byte[] gzip() throws IOException, Refusal {
    expect();
    Inflater inflater = new Inflater(true);
    try {
      while (position < body.length) {
        header();
        int before = inflated.size();
        inflater.reset();
        inflate(inflater);
        trailer(before);
      }
    } finally {
      inflater.end();
    }
    return inflated.toByteArray();
  }

  /**
   * Makes room for what the last trailer says was compressed, so that an ordinary body is inflated
   * in one go into the array that is kept. A hint only: it is not believed when it is a multiple of
   * the body that telemetry does not reach, and a wrong one costs copies.
   */
  private void expect() throws Refusal {
    if (body.length < MIN_MEMBER_BYTES) {
      return;
    }
    long size = littleEndianInt(body.length - Integer.BYTES);
    if (size <= limit && size <= (long) body.length * USUAL_RATIO) {
      inflated.reserve((int) size);
    }
  }

  byte[] zlib() throws IOException, Refusal {
    Inflater inflater = new Inflater();
    try {
      inflate(inflater);
    } finally {
      inflater.end();
    }
    if (position < body.length) {
      throw new IOException("bytes after the end of the stream");
    }
    return inflated.toByteArray();
  }

  private void inflate(Inflater inflater) throws IOException, Refusal {
    inflater.setInput(body, position, body.length - position);
    try {
      while (!inflater.finished()) {
        check(inflater, inflated.free() > 0 ? fill(inflater) : look(inflater));
      }
    } catch (DataFormatException e) {
      throw new IOException("corrupt input", e);
    }
    position = body.length - inflater.getRemaining();
  }

  private int fill(Inflater inflater) throws DataFormatException, Refusal {
    byte[] room = inflated.room(1);
    int n = inflater.inflate(room, inflated.size(), room.length - inflated.size());
    inflated.advance(n);
    return n;
  }

  /** Whether more follows what has filled the array: it grows only then. */
  private int look(Inflater inflater) throws DataFormatException, Refusal {
    byte[] one = new byte[1];
    int n = inflater.inflate(one);
    if (n > 0) {
      inflated.room(1)[inflated.size()] = one[0];
      inflated.advance(1);
    }
    return n;
  }

  private static void check(Inflater inflater, int written) throws IOException {
    if (written > 0 || inflater.finished()) {
      return;
    }
    if (inflater.needsDictionary()) {
      throw new IOException("a preset dictionary is needed");
    }
    if (inflater.needsInput()) {
      throw new EOFException("the stream is truncated");
    }
  }

  private void header() throws IOException {
    if (octet() != 0x1f || octet() != 0x8b || octet() != 8) {
      throw new IOException("invalid header");
    }
    int flags = octet();
    if ((flags & RESERVED) != 0) {
      throw new IOException("invalid header");
    }
    skip(6);
    if ((flags & FEXTRA) != 0) {
      skip(octet() | octet() << 8);
    }
    skipText((flags & FNAME) != 0);
    skipText((flags & FCOMMENT) != 0);
    if ((flags & FHCRC) != 0) {
      skip(2);
    }
  }

  private void trailer(int memberStart) throws IOException, Refusal {
    long crc = littleEndianInt();
    long length = littleEndianInt();
    CRC32 actual = new CRC32();
    int size = inflated.size() - memberStart;
    actual.update(inflated.room(0), memberStart, size);
    if (actual.getValue() != crc || size != length) {
      throw new IOException("checksum does not match");
    }
  }

  private long littleEndianInt() throws IOException {
    skip(Integer.BYTES);
    return littleEndianInt(position - Integer.BYTES);
  }

  private long littleEndianInt(int at) {
    return ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).getInt(at) & 0xffff_ffffL;
  }

  private void skipText(boolean present) throws IOException {
    while (present && octet() != 0) {
      // up to the terminating zero
    }
  }

  private void skip(int count) throws IOException {
    position += count;
    if (position > body.length) {
      throw new EOFException("the stream is truncated");
    }
  }

  private int octet() throws IOException {
    if (position >= body.length) {
      throw new EOFException("the stream is truncated");
    }
    return body[position++] & 0xff;
  }
}
