// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.nio.ByteBuffer;

/**
 * What a cursor has handed out, written before it does, so that a frame which kills the process is
 * known afterwards. Written and not forced: the process may die of a frame, the machine does not.
 * On disk, numbers big-endian:
 *
 * <pre>
 *   at  width
 *    0    8   "CSMARKS1"
 *    8    8   identity of the journal
 *   16    8   fence: no frame with this number or a higher one is in the reader's hand
 *   24    8   suspect: the frame being worked on alone, or -1
 *   32    4   attempts at the suspect
 *   36    4   attempts at the prior suspect
 *   40    8   prior suspect: one that an earlier run died of and this one has not come to, or -1
 *   48   12   0
 *   60    4   CRC32C of the bytes from 0 to 60
 * </pre>
 */
record CursorMarks(
    long journalId, long fence, long suspect, int attempts, long prior, int priorAttempts) {

  static final int BYTES = 64;
  static final long NONE = -1;

  private static final long MAGIC = 0x43534d41524b5331L;
  private static final int CRC_AT = 60;

  /** A cursor that was closed in order: nothing is suspect. */
  static CursorMarks clean(long journalId) {
    return new CursorMarks(journalId, 0, NONE, 0, NONE, 0);
  }

  CursorMarks withFence(long newFence) {
    return new CursorMarks(journalId, newFence, suspect, attempts, prior, priorAttempts);
  }

  /** Marks of a run that starts after one that died: its suspect waits to be tried again. */
  CursorMarks afterCrash() {
    return attempts > priorAttempts
        ? new CursorMarks(journalId, fence, NONE, 0, suspect, attempts)
        : absolved();
  }

  /** Marks while a frame is worked on alone, once more than before. */
  CursorMarks trying(long sequence) {
    return sequence == prior
        ? new CursorMarks(journalId, fence, sequence, priorAttempts + 1, NONE, 0)
        : new CursorMarks(journalId, fence, sequence, 2, prior, priorAttempts);
  }

  /** Marks when the reader came back from its suspect. */
  CursorMarks absolved() {
    return new CursorMarks(journalId, fence, NONE, 0, prior, priorAttempts);
  }

  byte[] encode() {
    ByteBuffer bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(0, MAGIC)
            .putLong(8, journalId)
            .putLong(16, fence)
            .putLong(24, suspect)
            .putInt(32, attempts)
            .putInt(36, priorAttempts)
            .putLong(40, prior);
    bytes.putInt(CRC_AT, FrameFormat.crc(bytes.array(), 0, CRC_AT));
    return bytes.array();
  }

  /** Reads marks; what is damaged or from another journal marks nothing. */
  static CursorMarks parse(ByteBuffer content, long journalId) {
    byte[] copy = new byte[content.remaining()];
    content.get(copy);
    ByteBuffer bytes = ByteBuffer.wrap(copy);
    return copy.length == BYTES
            && bytes.getLong(0) == MAGIC
            && bytes.getInt(CRC_AT) == FrameFormat.crc(copy, 0, CRC_AT)
            && bytes.getLong(8) == journalId
        ? new CursorMarks(
            journalId,
            bytes.getLong(16),
            bytes.getLong(24),
            bytes.getInt(32),
            bytes.getLong(40),
            bytes.getInt(36))
        : clean(journalId);
  }
}
