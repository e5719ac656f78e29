// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets damaged bytes aside, in files named by segment, offset and length, before anything steps
 * over them. One damage is counted once a run, whoever meets it. Thread-safe.
 *
 * <p>Holds at most {@value #MAX_BYTES} bytes; a damage beyond that is counted and logged, and its
 * bytes stay where they are until the segment is deleted.
 */
final class Quarantine {

  static final String SUFFIX = ".quarantine";

  private static final long MAX_BYTES = 256L << 20;
  private static final int COPY_BYTES = 64 * 1024;
  private static final Logger logger = LoggerFactory.getLogger(Quarantine.class);

  private final JournalDisk disk;
  private final JournalMetrics metrics;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  Quarantine(JournalDisk disk, JournalMetrics metrics) {
    this.disk = disk;
    this.metrics = metrics;
  }

  /** Sets aside what the reader just stepped over. */
  void keep(FrameReader reader) {
    keep(reader, reader.damageFrom(), reader.position(), "corrupt");
  }

  /** Sets aside the reader's frame, whose signal this version does not know. */
  void keepUnknown(FrameReader reader) {
    keep(reader, reader.offset(), reader.position(), "unknown");
  }

  /** Counts sequence numbers that should have frames and have none. */
  void missing(long from, long to) {
    if (known.add(from + "-" + to)) {
      metrics.lostFrames.inc(to - from);
      logger.warn("Frames {} to {} are missing", from, to - 1);
    }
  }

  /**
   * Sets aside a part of the reader's segment.
   *
   * @param kind {@code corrupt} for bytes that were durable once, {@code torn} for the end of a
   *     write that was never acknowledged
   */
  void keep(FrameReader reader, long from, long to, String kind) {
    String name = String.format("%020d-%d-%d%s", reader.segment().first(), from, to - from, SUFFIX);
    if (!known.add(name)) {
      return;
    }
    metrics.damages.labelValues(kind).inc();
    metrics.damagedBytes.labelValues(kind).inc(to - from);
    try {
      String where = copy(reader, from, to, name) ? name : "nowhere, the quarantine is full";
      if (kind.equals("torn")) {
        logger.info("Cut {} unacknowledged bytes off {}, kept in {}", to - from, reader, where);
      } else {
        logger.warn("Stepped over {} damaged bytes in {}, kept in {}", to - from, reader, where);
      }
    } catch (IOException e) {
      logger.warn("Cannot set aside {} damaged bytes of {}", to - from, reader, e);
    }
  }

  private synchronized boolean copy(FrameReader reader, long from, long to, String name)
      throws IOException {
    long held = 0;
    for (String other : disk.names()) {
      if (other.equals(name)) {
        return true;
      }
      held += other.endsWith(SUFFIX) ? disk.size(other) : 0;
    }
    if (held + to - from > MAX_BYTES) {
      return false;
    }
    String unfinished = name + CursorFiles.UNFINISHED;
    disk.delete(unfinished);
    try (JournalDisk.Writer writer = disk.create(unfinished)) {
      ByteBuffer part = ByteBuffer.allocate(COPY_BYTES);
      for (long at = from; at < to; at += COPY_BYTES) {
        part.clear().limit((int) Math.min(COPY_BYTES, to - at));
        reader.copy(at, part);
        writer.write(part.flip());
      }
      writer.force();
    }
    disk.rename(unfinished, name);
    disk.force();
    return true;
  }
}
