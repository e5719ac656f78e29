// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what a directory holds when a journal is opened.
 *
 * <p>Only the newest segment is read through: it is the only one that a crash can have cut. What
 * follows its last good frame was never acknowledged, is set aside and cut off. Older segments are
 * checked frame by frame when they are read. Unless the last run ended in order, the newest segment
 * is written anew, because its process may have died before, or because of, a force.
 */
final class Recovery {

  private static final int COPY_BYTES = 1 << 20;
  private static final Logger logger = LoggerFactory.getLogger(Recovery.class);

  private final JournalDisk disk;
  private final JournalMetrics metrics;
  private final Quarantine quarantine;
  private final CursorFiles cursorFiles;

  /**
   * What was found.
   *
   * @param next the sequence number the next frame gets: above everything found, cursors and clean
   *     mark included, so that no number is ever used for two frames
   */
  record Found(
      long journalId, List<Segment> segments, long next, Map<String, CursorState> cursors) {}

  Recovery(
      JournalDisk disk, JournalMetrics metrics, Quarantine quarantine, CursorFiles cursorFiles) {
    this.disk = disk;
    this.metrics = metrics;
    this.quarantine = quarantine;
    this.cursorFiles = cursorFiles;
  }

  /**
   * Brings the directory in order.
   *
   * @throws IOException when it cannot be read, or was written by a newer version
   */
  Found run() throws IOException {
    List<String> names = disk.names();
    deleteUnfinished(names);
    Layout layout = Layout.of(disk, names);
    long journalId = layout.journalId();
    List<Segment> segments = layout.segments();
    keepIdentity(names, journalId);
    long cleanNext = CleanMark.read(disk, names);
    long next = Math.max(recoverNewest(segments, cleanNext), cleanNext);
    Map<String, CursorState> cursors = cursors(names, journalId, segments, next);
    for (CursorState cursor : cursors.values()) {
      next = Math.max(next, cursor.committed() + 1);
    }
    CleanMark.remove(disk);
    disk.force();
    return new Found(journalId, segments, next, cursors);
  }

  private void deleteUnfinished(List<String> names) throws IOException {
    for (String name : names) {
      if (name.endsWith(CursorFiles.UNFINISHED) || name.equals(DiskProbe.NAME)) {
        disk.delete(name);
      }
    }
  }

  private void keepIdentity(List<String> names, long journalId) throws IOException {
    if (Layout.identity(disk, names) == null) {
      String unfinished = Layout.IDENTITY + CursorFiles.UNFINISHED;
      disk.write(unfinished, SegmentHeader.identity(journalId).encode());
      disk.rename(unfinished, Layout.IDENTITY);
      disk.force();
    }
  }

  /** Reads the newest segment through, cuts it behind its last good frame, makes it durable. */
  private long recoverNewest(List<Segment> segments, long cleanNext) throws IOException {
    if (segments.isEmpty()) {
      return 0;
    }
    Segment newest = segments.get(segments.size() - 1);
    long goodEnd = SegmentHeader.BYTES;
    long last = newest.first() - 1;
    try (FrameReader reader =
        newest.open(disk, ByteBuffer.allocateDirect(FrameReader.LARGE_BUFFER))) {
      FrameReader.Step step;
      while ((step = reader.next(FrameReader.Payload.VERIFY)) != FrameReader.Step.END) {
        if (step == FrameReader.Step.FRAME) {
          newest.index().add(reader.sequence(), reader.offset(), reader.receivedNanos());
          goodEnd = reader.position();
          last = reader.sequence();
        } else {
          boolean torn = reader.position() == newest.bytes() && cleanNext <= last + 1;
          quarantine.keep(
              reader, reader.damageFrom(), reader.position(), torn ? "torn" : "corrupt");
        }
      }
    }
    if (last < newest.first()) {
      disk.delete(newest.name());
      segments.remove(newest);
      return newest.first();
    }
    if (goodEnd < newest.bytes() || cleanNext != last + 1) {
      rewrite(newest, goodEnd);
    }
    newest.recovered(goodEnd, last + 1);
    return last + 1;
  }

  /**
   * Replaces a segment by a forced copy of its good part.
   *
   * <p>To force the file itself would not do: after a force that failed, the system may show bytes
   * that are on no disk and take the next force for done (as PostgreSQL found out in 2018).
   */
  private void rewrite(Segment segment, long goodEnd) throws IOException {
    String copy = segment.name() + CursorFiles.UNFINISHED;
    try (JournalDisk.Reader from = disk.read(segment.name());
        JournalDisk.Writer to = disk.create(copy)) {
      ByteBuffer part = ByteBuffer.allocateDirect(COPY_BYTES);
      long at = 0;
      while (at < goodEnd) {
        part.clear().limit((int) Math.min(COPY_BYTES, goodEnd - at));
        int n = from.read(part, at);
        if (n < 0) {
          throw new IOException("segment shrank: " + segment.name());
        }
        to.write(part.flip());
        at += n;
      }
      to.force();
    }
    disk.rename(copy, segment.name());
  }

  private Map<String, CursorState> cursors(
      List<String> names, long journalId, List<Segment> segments, long next) throws IOException {
    long oldest = segments.isEmpty() ? next : segments.get(0).first();
    Map<String, CursorState> cursors = new HashMap<>();
    for (Map.Entry<String, @Nullable CursorState> entry : cursorFiles.load(names).entrySet()) {
      String name = entry.getKey();
      CursorState state = entry.getValue();
      if (state == null || state.journalId() != journalId) {
        String reason = state == null ? "damaged" : "foreign";
        logger.warn("Cursor {} is {}; it reads everything again from {}", name, reason, oldest);
        metrics.cursorResets.labelValues(name, reason).inc();
        state = CursorState.of(journalId, oldest - 1);
      } else if (state.committed() >= next) {
        logger.warn(
            "Cursor {} is at {}, the log ends at {}: newer frames are missing",
            name,
            state.committed(),
            next - 1);
        metrics.cursorResets.labelValues(name, "ahead").inc();
      }
      cursors.put(name, state);
    }
    return cursors;
  }
}
