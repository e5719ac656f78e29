// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads single frames by number, from any thread. Keeps the last reader at hand, so that frames
 * asked for in rising order are read as a cursor would; every caller reads through a file of its
 * own, so that one that is interrupted disturbs no other.
 */
final class FrameFinder {

  private final JournalDisk disk;
  private final SegmentLog log;
  private final AtomicReference<@Nullable FrameReader> spare = new AtomicReference<>();

  FrameFinder(JournalDisk disk, SegmentLog log) {
    this.disk = disk;
    this.log = log;
  }

  /** The frame of that number, or null when it is deleted, damaged or not yet durable. */
  @Nullable Frame find(long sequence) throws IOException {
    if (sequence < 0 || sequence >= log.next()) {
      return null;
    }
    Frame recent = log.recent(sequence);
    Segment segment = recent == null ? log.segmentOf(sequence) : null;
    if (segment == null || sequence < segment.first()) {
      return recent;
    }
    try {
      FrameReader reader = readerOf(segment);
      Frame frame;
      try {
        seek(reader, sequence);
        frame = reader.find(sequence);
      } catch (IOException | RuntimeException e) {
        reader.closeQuietly();
        throw e;
      }
      replaceSpare(reader);
      return frame;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Lets go of the file at hand; a deleted one would keep its room on the disk. */
  void rest() {
    replaceSpare(null);
  }

  private FrameReader readerOf(Segment segment) throws IOException {
    FrameReader kept = spare.getAndSet(null);
    if (kept != null && kept.segment() == segment) {
      return kept;
    }
    if (kept != null) {
      kept.closeQuietly();
    }
    return segment.open(disk, ByteBuffer.allocate(FrameReader.SMALL_BUFFER));
  }

  /** Goes to the nearest known place before the frame, unless the reader is nearer. */
  private void seek(FrameReader reader, long sequence) throws IOException {
    long known = reader.segment().offsetAtOrBefore(sequence, disk);
    if (reader.lastSequence() >= sequence || reader.position() < known) {
      reader.seek(known, reader.segment().first() - 1);
    }
  }

  private void replaceSpare(@Nullable FrameReader reader) {
    FrameReader displaced = spare.getAndSet(reader);
    if (displaced != null) {
      displaced.closeQuietly();
    }
  }
}
