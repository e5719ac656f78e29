// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a segment, numbers big-endian:
 *
 * <pre>
 *   at  width
 *    0    8   "CSJOURNL"
 *    8    4   format version
 *   12    4   0
 *   16    8   identity of the journal, random
 *   24    8   sequence number of the first frame; the file's name as well
 *   32    8   first sequence number of the segment before, or -1
 *   40    8   sequence number after the last frame of the segment before; frames there that have
 *             this number or a higher one were refused and are void
 *   48    8   created, nanoseconds since the epoch
 *   56    4   0
 *   60    4   CRC32C of the bytes from 0 to 60
 * </pre>
 *
 * <p>Places of magic, version and checksum hold for every version, so that an older server can tell
 * a newer file from a damaged one.
 */
record SegmentHeader(
    int version, long journalId, long first, long previousFirst, long previousEnd, long created) {

  static final int BYTES = 64;
  static final int VERSION = 1;

  private static final long MAGIC = 0x43534a4f55524e4cL;
  private static final int CRC_AT = 60;

  /** What is kept in a file of its own, so that no damaged segment can take the identity along. */
  static SegmentHeader identity(long journalId) {
    return new SegmentHeader(VERSION, journalId, 0, -1, 0, 0);
  }

  byte[] encode() {
    ByteBuffer bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(0, MAGIC)
            .putInt(8, version)
            .putLong(16, journalId)
            .putLong(24, first)
            .putLong(32, previousFirst)
            .putLong(40, previousEnd)
            .putLong(48, created);
    bytes.putInt(CRC_AT, FrameFormat.crc(bytes.array(), 0, CRC_AT));
    return bytes.array();
  }

  /** Reads a header, or returns null when it is damaged or cut short. */
  static @Nullable SegmentHeader parse(ByteBuffer bytes) {
    if (bytes.remaining() < BYTES) {
      return null;
    }
    byte[] copy = new byte[BYTES];
    bytes.get(copy);
    ByteBuffer header = ByteBuffer.wrap(copy);
    if (header.getLong(0) != MAGIC || header.getInt(CRC_AT) != FrameFormat.crc(copy, 0, CRC_AT)) {
      return null;
    }
    return new SegmentHeader(
        header.getInt(8),
        header.getLong(16),
        header.getLong(24),
        header.getLong(32),
        header.getLong(40),
        header.getLong(48));
  }
}
