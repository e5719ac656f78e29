// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How far a cursor has come. On disk, numbers big-endian:
 *
 * <pre>
 *   at  width
 *    0    8   "CSCURSOR"
 *    8    4   format version
 *   12    4   0
 *   16    8   identity of the journal
 *   24    8   generation; the higher one of two files counts
 *   32    8   last committed sequence number, or -1
 *   40   20   0
 *   60    4   CRC32C of the bytes from 0 to 60
 * </pre>
 */
record CursorState(long journalId, long generation, long committed) {

  static final int BYTES = 64;
  static final int VERSION = 1;

  private static final long MAGIC = 0x4353435552534f52L;
  private static final int CRC_AT = 60;

  /** A cursor that has read nothing after {@code committed}. */
  static CursorState of(long journalId, long committed) {
    return new CursorState(journalId, 0, committed);
  }

  /** The state that follows this one. */
  CursorState next(long newCommitted) {
    return new CursorState(journalId, generation + 1, newCommitted);
  }

  byte[] encode() {
    ByteBuffer bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(0, MAGIC)
            .putInt(8, VERSION)
            .putLong(16, journalId)
            .putLong(24, generation)
            .putLong(32, committed);
    bytes.putInt(CRC_AT, FrameFormat.crc(bytes.array(), 0, CRC_AT));
    return bytes.array();
  }

  /** Reads a state, or returns null when it is damaged or from another version. */
  static @Nullable CursorState parse(ByteBuffer content) {
    if (content.remaining() != BYTES) {
      return null;
    }
    byte[] copy = new byte[BYTES];
    content.get(copy);
    ByteBuffer bytes = ByteBuffer.wrap(copy);
    return bytes.getLong(0) == MAGIC
            && bytes.getInt(CRC_AT) == FrameFormat.crc(copy, 0, CRC_AT)
            && bytes.getInt(8) == VERSION
        ? new CursorState(bytes.getLong(16), bytes.getLong(24), bytes.getLong(32))
        : null;
  }
}
