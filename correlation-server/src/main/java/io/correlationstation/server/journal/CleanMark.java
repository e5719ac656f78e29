// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A file that says the last run ended in order, with everything forced, and where: the next
 * sequence number (8 bytes, big-endian) and its CRC32C (4). It is gone before anything is appended.
 */
final class CleanMark {

  static final String NAME = "clean";

  private static final int BYTES = Long.BYTES + Integer.BYTES;

  private CleanMark() {}

  static void write(JournalDisk disk, long next) throws IOException {
    disk.write(NAME, encode(next));
    disk.force();
  }

  /** The next sequence number when the log was closed in order, or -1 when it was not. */
  static long read(JournalDisk disk, List<String> names) throws IOException {
    if (!names.contains(NAME)) {
      return -1;
    }
    ByteBuffer mark = disk.start(NAME, BYTES + 1);
    return mark.remaining() == BYTES && mark.equals(ByteBuffer.wrap(encode(mark.getLong(0))))
        ? mark.getLong(0)
        : -1;
  }

  /** Takes the mark away; gone for good once the directory is forced. */
  static void remove(JournalDisk disk) throws IOException {
    disk.delete(NAME);
  }

  private static byte[] encode(long next) {
    ByteBuffer mark = ByteBuffer.allocate(BYTES).putLong(next);
    return mark.putInt(FrameFormat.crc(mark.array(), 0, Long.BYTES)).array();
  }
}
