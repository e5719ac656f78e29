// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a cursor across restarts. On disk, numbers big-endian:
 *
 * <pre>
 *   at  width
 *    0    8   "CSCURSOR"
 *    8    4   format version
 *   12    4   attempts at the suspect
 *   16    8   identity of the journal
 *   24    8   generation; the higher one of two files counts
 *   32    8   last committed sequence number, or -1
 *   40    8   fence: no frame with this number or a higher one has been handed out; 0 after an
 *             orderly close
 *   48    8   suspect: the frame being worked on alone, or -1
 *   56    4   0
 *   60    4   CRC32C of the bytes from 0 to 60
 * </pre>
 */
record CursorState(
    long journalId, long generation, long committed, long fence, long suspect, int attempts) {

  static final int BYTES = 64;
  static final int VERSION = 1;
  static final long NONE = -1;

  private static final long MAGIC = 0x4353435552534f52L;
  private static final int CRC_AT = 60;

  /** A cursor that has read nothing up to and including {@code committed}. */
  static CursorState of(long journalId, long committed) {
    return new CursorState(journalId, 0, committed, 0, NONE, 0);
  }

  CursorState withCommitted(long newCommitted) {
    return new CursorState(journalId, generation, newCommitted, fence, suspect, attempts);
  }

  CursorState withFence(long newFence) {
    return new CursorState(journalId, generation, committed, newFence, suspect, attempts);
  }

  CursorState withSuspect(long newSuspect, int newAttempts) {
    return new CursorState(journalId, generation, committed, fence, newSuspect, newAttempts);
  }

  CursorState withGeneration(long newGeneration) {
    return new CursorState(journalId, newGeneration, committed, fence, suspect, attempts);
  }

  byte[] encode() {
    ByteBuffer bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(0, MAGIC)
            .putInt(8, VERSION)
            .putInt(12, attempts)
            .putLong(16, journalId)
            .putLong(24, generation)
            .putLong(32, committed)
            .putLong(40, fence)
            .putLong(48, suspect);
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
    if (bytes.getLong(0) != MAGIC
        || bytes.getInt(CRC_AT) != FrameFormat.crc(copy, 0, CRC_AT)
        || bytes.getInt(8) != VERSION) {
      return null;
    }
    return new CursorState(
        bytes.getLong(16),
        bytes.getLong(24),
        bytes.getLong(32),
        bytes.getLong(40),
        bytes.getLong(48),
        bytes.getInt(12));
  }
}
