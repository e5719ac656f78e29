// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One file of the log: a run of frames with rising sequence numbers.
 *
 * <p>The committer extends the newest segment; readers see only what is durable. Offsets of some
 * frames are kept in memory, one for about every 64 KiB, to find a frame by its number; for a
 * segment of an earlier run they are collected when somebody first asks.
 */
final class Segment {

  static final String SUFFIX = ".segment";

  private final long first;
  private final long marker;
  private final long created;
  private final FrameIndex index = new FrameIndex();
  private volatile long bytes;
  private volatile long end;
  private boolean indexed;

  private Segment(long journalId, long first, long created, long bytes, long end, boolean indexed) {
    this.first = first;
    this.marker = marker(journalId, first);
    this.created = created;
    this.bytes = bytes;
    this.end = end;
    this.indexed = indexed;
  }

  /** A segment that has a header and no frame yet. */
  static Segment fresh(SegmentHeader header) {
    return new Segment(
        header.journalId(),
        header.first(),
        header.created(),
        SegmentHeader.BYTES,
        Long.MAX_VALUE,
        true);
  }

  /** A segment found on disk, with frames before {@code end}. */
  static Segment found(long journalId, long first, long created, long bytes, long end) {
    return new Segment(journalId, first, created, bytes, end, false);
  }

  static String name(long first) {
    return String.format("%020d%s", first, SUFFIX);
  }

  /** The first sequence number in a file name, or -1 when the file is not a segment. */
  static long first(String name) {
    if (name.length() != 20 + SUFFIX.length() || !name.endsWith(SUFFIX)) {
      return -1;
    }
    long first = 0;
    for (int i = 0; i < 20; i++) {
      int digit = name.charAt(i) - '0';
      if (digit < 0 || digit > 9 || first > (Long.MAX_VALUE - digit) / 10) {
        return -1;
      }
      first = first * 10 + digit;
    }
    return first;
  }

  String name() {
    return name(first);
  }

  long first() {
    return first;
  }

  /** What every frame of this segment begins with. */
  long marker() {
    return marker;
  }

  /** When the segment was made, in nanoseconds since the epoch. */
  long created() {
    return created;
  }

  /** How much of the file is durable. */
  long bytes() {
    return bytes;
  }

  /** The sequence number after the last frame; {@link Long#MAX_VALUE} while frames are added. */
  long end() {
    return end;
  }

  /** Makes frames visible that have become durable. */
  void extend(long newBytes) {
    bytes = newBytes;
  }

  /** Takes what a scan of the whole file has found; the index is complete. */
  synchronized void recovered(long newBytes, long newEnd) {
    bytes = newBytes;
    end = newEnd;
    indexed = true;
  }

  /** No frame follows. */
  void seal(long newEnd) {
    end = newEnd;
  }

  FrameIndex index() {
    return index;
  }

  /** Opens a reader before the first frame. */
  FrameReader open(JournalDisk disk, ByteBuffer buffer) throws IOException {
    return new FrameReader(disk.read(name()), this, buffer);
  }

  /** Offset of a frame at or before {@code sequence}, indexing the segment if need be. */
  long offsetAtOrBefore(long sequence, JournalDisk disk) throws IOException {
    ensureIndexed(disk);
    return index.offsetAtOrBefore(sequence);
  }

  private synchronized void ensureIndexed(JournalDisk disk) throws IOException {
    if (indexed) {
      return;
    }
    try (FrameReader reader = open(disk, ByteBuffer.allocate(FrameReader.SMALL_BUFFER))) {
      while (true) {
        FrameReader.Step step = reader.next(FrameReader.Payload.SKIP);
        if (step == FrameReader.Step.END) {
          break;
        }
        if (step == FrameReader.Step.FRAME) {
          index.add(reader.sequence(), reader.offset(), reader.receivedNanos());
        }
      }
    }
    indexed = true;
  }

  /** Spreads the identity over 64 bits, differently for each segment (SplitMix64's finalizer). */
  private static long marker(long journalId, long first) {
    long z = journalId + (first + 1) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
