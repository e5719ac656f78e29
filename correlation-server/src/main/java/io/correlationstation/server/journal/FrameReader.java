// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the frames of one segment in order and steps over what is damaged.
 *
 * <p>A frame is believed when its marker, lengths, both checksums and its place in the order are
 * right. From anything else the reader looks byte by byte for the next frame it can believe; what
 * lies between is reported as one damage. It never throws for what it reads, only when reading
 * fails. Not thread-safe.
 */
final class FrameReader implements Closeable {

  static final int SMALL_BUFFER = 64 * 1024;
  static final int LARGE_BUFFER = 256 * 1024;

  enum Step {
    FRAME,
    DAMAGE,
    END
  }

  enum Payload {
    /** Steps over it without reading it. */
    SKIP,
    /** Reads it for its checksum. */
    VERIFY,
    /** Verifies and keeps it for {@link #frame}. */
    LOAD
  }

  private static final Logger logger = LoggerFactory.getLogger(FrameReader.class);

  private final JournalDisk.Reader file;
  private final Segment segment;
  private final ByteBuffer buffer;
  private final CRC32C crc = new CRC32C();
  private long bufferOffset;
  private long position = SegmentHeader.BYTES;
  private long lastSequence;
  private long damageFrom;

  private long offset;
  private int headerLength;
  private int payloadLength;
  private int payloadCrc;
  private int signalCode;
  private int items;
  private long sequence;
  private long receivedNanos;
  private Map<String, String> headers = Map.of();
  private byte @Nullable [] payload;

  /**
   * @param buffer what to read through, at least {@link FrameFormat#MAX_HEADER_BYTES} long
   */
  FrameReader(JournalDisk.Reader file, Segment segment, ByteBuffer buffer) {
    this.file = file;
    this.segment = segment;
    this.buffer = buffer.clear().limit(0);
    this.lastSequence = segment.first() - 1;
  }

  Segment segment() {
    return segment;
  }

  /** Continues at a frame's offset; the next frame has a sequence above {@code after}. */
  void seek(long newPosition, long after) {
    position = newPosition;
    lastSequence = after;
  }

  /** Moves to the next frame or over the next damage. */
  Step next(Payload mode) throws IOException {
    long limit = segment.bytes();
    if (position >= limit) {
      return Step.END;
    }
    if (isFrame(position, limit, mode)) {
      if (sequence >= segment.end()) {
        return Step.END;
      }
      position = offset + headerLength + payloadLength;
      lastSequence = sequence;
      return Step.FRAME;
    }
    damageFrom = position;
    position = nextFrame(position + 1, limit);
    return Step.DAMAGE;
  }

  /** Where the next step begins: behind the last frame or damage. */
  long position() {
    return position;
  }

  /** Where the last damage began; it ends at {@link #position}. */
  long damageFrom() {
    return damageFrom;
  }

  /** Sequence number of the last frame before {@link #position}. */
  long lastSequence() {
    return lastSequence;
  }

  long offset() {
    return offset;
  }

  long sequence() {
    return sequence;
  }

  long receivedNanos() {
    return receivedNanos;
  }

  int signalCode() {
    return signalCode;
  }

  int payloadLength() {
    return payloadLength;
  }

  /** The frame just loaded, or null when a newer version wrote a signal this one does not know. */
  @Nullable Frame frame() {
    Signal signal = FrameFormat.signal(signalCode);
    return signal == null
        ? null
        : new Frame(signal, receivedNanos, items, headers, requireNonNull(payload));
  }

  /** Reads on to the frame of that number; null when it is not there or damaged. */
  @Nullable Frame find(long wanted) throws IOException {
    Step step;
    while ((step = next(Payload.SKIP)) != Step.END) {
      if (step == Step.FRAME && sequence >= wanted) {
        seek(offset, sequence - 1);
        return sequence == wanted && next(Payload.LOAD) == Step.FRAME && sequence == wanted
            ? frame()
            : null;
      }
    }
    return null;
  }

  /** Copies bytes of the file as they are, for the quarantine. */
  void copy(long from, ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      int n = file.read(target, from);
      if (n < 0) {
        return;
      }
      from += n;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Closes a file that was only read; there is nothing to lose. */
  void closeQuietly() {
    try {
      file.close();
    } catch (IOException e) {
      logger.debug("Cannot close {}", segment.name(), e);
    }
  }

  @Override
  public String toString() {
    return segment.name();
  }

  private boolean isFrame(long at, long limit, Payload mode) throws IOException {
    if (!isHeader(at, limit)) {
      return false;
    }
    payload = null;
    if (mode == Payload.SKIP) {
      return true;
    }
    crc.reset();
    if (mode == Payload.LOAD) {
      byte[] loaded = new byte[payloadLength];
      if (!load(at + headerLength, loaded)) {
        return false;
      }
      crc.update(loaded);
      payload = loaded;
    } else if (!sum(at + headerLength)) {
      return false;
    }
    return (int) crc.getValue() == payloadCrc;
  }

  private boolean isHeader(long at, long limit) throws IOException {
    if (!ensure(at, FrameFormat.FIXED_BYTES, limit)) {
      return false;
    }
    int base = (int) (at - bufferOffset);
    if (buffer.getLong(base) != segment.marker()) {
      return false;
    }
    int length = buffer.getInt(base + FrameFormat.HEADER_LENGTH_AT);
    int payloadBytes = buffer.getInt(base + FrameFormat.PAYLOAD_LENGTH_AT);
    if (length < FrameFormat.FIXED_BYTES
        || length > FrameFormat.MAX_HEADER_BYTES
        || payloadBytes < 0
        || payloadBytes > limit - at - length
        || !ensure(at, length, limit)) {
      return false;
    }
    base = (int) (at - bufferOffset);
    if (headerCrc(base, length) != buffer.getInt(base + FrameFormat.CRC_AT)
        || buffer.getLong(base + FrameFormat.SEQUENCE_AT) <= lastSequence) {
      return false;
    }
    offset = at;
    headerLength = length;
    payloadLength = payloadBytes;
    payloadCrc = buffer.getInt(base + FrameFormat.PAYLOAD_CRC_AT);
    sequence = buffer.getLong(base + FrameFormat.SEQUENCE_AT);
    receivedNanos = buffer.getLong(base + FrameFormat.RECEIVED_AT);
    items = buffer.getInt(base + FrameFormat.ITEMS_AT);
    signalCode = buffer.get(base + FrameFormat.SIGNAL_AT);
    headers =
        FrameFormat.headers(
            buffer.duplicate().position(base + FrameFormat.FIXED_BYTES),
            Short.toUnsignedInt(buffer.getShort(base + FrameFormat.HEADER_COUNT_AT)));
    return true;
  }

  private int headerCrc(int base, int length) {
    ByteBuffer summed = buffer.duplicate();
    summed.limit(base + length).position(base + FrameFormat.SUMMED_FROM);
    crc.reset();
    crc.update(summed);
    return (int) crc.getValue();
  }

  private boolean load(long from, byte[] target) throws IOException {
    int done = 0;
    while (done < target.length) {
      int n = Math.min(target.length - done, available(from + done));
      if (n == 0) {
        return false;
      }
      buffer.get((int) (from + done - bufferOffset), target, done, n);
      done += n;
    }
    return true;
  }

  private boolean sum(long from) throws IOException {
    int done = 0;
    while (done < payloadLength) {
      int n = Math.min(payloadLength - done, available(from + done));
      if (n == 0) {
        return false;
      }
      int start = (int) (from + done - bufferOffset);
      crc.update(buffer.duplicate().limit(start + n).position(start));
      done += n;
    }
    return true;
  }

  /** Offset of the next frame to be believed at or after {@code from}, or {@code limit}. */
  private long nextFrame(long from, long limit) throws IOException {
    long at = from;
    while (ensure(at, FrameFormat.FIXED_BYTES, limit)) {
      int base = (int) (at - bufferOffset);
      int places = buffer.limit() - base - Long.BYTES + 1;
      int skip = 0;
      while (skip < places && buffer.getLong(base + skip) != segment.marker()) {
        skip++;
      }
      at += skip;
      if (skip < places) {
        if (isFrame(at, limit, Payload.VERIFY)) {
          return at;
        }
        at++;
      }
    }
    return limit;
  }

  /** How many bytes from {@code at} on are in the buffer; 0 when the file ends before. */
  private int available(long at) throws IOException {
    return ensure(at, 1, segment.bytes()) ? (int) (bufferOffset + buffer.limit() - at) : 0;
  }

  /** Makes {@code length} bytes at {@code at} available in the buffer, if the file has them. */
  private boolean ensure(long at, int length, long limit) throws IOException {
    if (at >= bufferOffset && at + length <= bufferOffset + buffer.limit()) {
      return true;
    }
    if (length > limit - at) {
      return false;
    }
    buffer.clear().limit((int) Math.min(buffer.capacity(), limit - at));
    bufferOffset = at;
    while (buffer.hasRemaining()) {
      if (file.read(buffer, bufferOffset + buffer.position()) < 0) {
        break;
      }
    }
    buffer.flip();
    return buffer.limit() >= length;
  }
}
