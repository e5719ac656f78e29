// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of one frame on disk, numbers big-endian:
 *
 * <pre>
 *   at  width
 *    0    8   marker of the segment, unknown to senders
 *    8    4   CRC32C of the bytes from 12 to the payload
 *   12    4   header length, from 0 to the payload
 *   16    4   payload length
 *   20    4   CRC32C of the payload
 *   24    8   sequence number
 *   32    8   received, nanoseconds since the epoch
 *   40    4   items
 *   44    1   signal code
 *   45    1   0
 *   46    2   number of headers
 *   48        headers: key and value each as length (2) and UTF-8 bytes
 *             payload
 * </pre>
 *
 * <p>The header has a checksum of its own, so that a reader can step over a payload without reading
 * it, and so that the thread which received the payload can sum it before the frame has a number.
 * The marker differs from segment to segment and is random: no payload can hold something that
 * looks like a frame of its own segment.
 */
final class FrameFormat {

  static final int FIXED_BYTES = 48;
  static final int MAX_HEADER_BYTES = 32 * 1024;

  static final int CRC_AT = 8;
  static final int SUMMED_FROM = 12;
  static final int HEADER_LENGTH_AT = 12;
  static final int PAYLOAD_LENGTH_AT = 16;
  static final int PAYLOAD_CRC_AT = 20;
  static final int SEQUENCE_AT = 24;
  static final int RECEIVED_AT = 32;
  static final int ITEMS_AT = 40;
  static final int SIGNAL_AT = 44;
  static final int HEADER_COUNT_AT = 46;

  private static final Signal[] SIGNALS = Signal.values();

  private FrameFormat() {}

  /**
   * Everything before the payload except marker, sequence number and header checksum, which {@link
   * #seal} adds; null when the headers are too long.
   */
  static byte @Nullable [] header(Frame frame) {
    byte[] header = withHeaders(frame.headers());
    if (header == null) {
      return null;
    }
    ByteBuffer.wrap(header)
        .putInt(HEADER_LENGTH_AT, header.length)
        .putInt(PAYLOAD_LENGTH_AT, frame.payload().length)
        .putInt(PAYLOAD_CRC_AT, crc(frame.payload(), 0, frame.payload().length))
        .putLong(RECEIVED_AT, frame.receivedNanos())
        .putInt(ITEMS_AT, frame.items())
        .put(SIGNAL_AT, (byte) (frame.signal().ordinal() + 1))
        .putShort(HEADER_COUNT_AT, (short) frame.headers().size());
    return header;
  }

  /** Completes a header for its place in the log. */
  static void seal(byte[] header, long marker, long sequence) {
    ByteBuffer bytes = ByteBuffer.wrap(header);
    bytes.putLong(0, marker).putLong(SEQUENCE_AT, sequence);
    bytes.putInt(CRC_AT, crc(header, SUMMED_FROM, header.length - SUMMED_FROM));
  }

  /** The signal of a code, or null when this version does not know it. */
  static @Nullable Signal signal(int code) {
    return code >= 1 && code <= SIGNALS.length ? SIGNALS[code - 1] : null;
  }

  /** Reads {@code count} headers from the buffer's position; the checksum has been verified. */
  static Map<String, String> headers(ByteBuffer source, int count) {
    if (count == 0) {
      return Map.of();
    }
    Map<String, String> headers = new HashMap<>();
    for (int i = 0; i < count; i++) {
      headers.put(string(source), string(source));
    }
    return headers;
  }

  static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  private static byte @Nullable [] withHeaders(Map<String, String> headers) {
    int length = FIXED_BYTES;
    byte[][] strings = new byte[headers.size() * 2][];
    int n = 0;
    for (Map.Entry<String, String> header : headers.entrySet()) {
      strings[n++] = header.getKey().getBytes(UTF_8);
      strings[n++] = header.getValue().getBytes(UTF_8);
      length += 4 + strings[n - 2].length + strings[n - 1].length;
    }
    if (length > MAX_HEADER_BYTES) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).position(FIXED_BYTES);
    for (byte[] string : strings) {
      bytes.putShort((short) string.length).put(string);
    }
    return bytes.array();
  }

  private static String string(ByteBuffer source) {
    byte[] bytes = new byte[Short.toUnsignedInt(source.getShort())];
    source.get(bytes);
    return new String(bytes, UTF_8);
  }
}
