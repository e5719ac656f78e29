// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what a directory holds when a journal is opened.
 *
 * <p>Only the newest segment is read through: it is the only one that a crash can have cut. What
 * follows its last good frame was never acknowledged, is set aside and cut off. Older segments are
 * checked frame by frame when they are read. All that is kept is forced, because the process that
 * wrote it may have died before it could.
 */
final class Recovery {

  static final String IDENTITY = "identity";

  private static final Logger logger = LoggerFactory.getLogger(Recovery.class);

  private final JournalDisk disk;
  private final JournalMetrics metrics;
  private final Quarantine quarantine;
  private final CursorFiles cursorFiles;

  /**
   * What was found.
   *
   * @param next the sequence number the next frame gets: above everything found, cursors included,
   *     so that no number is ever used for two frames
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
    TreeMap<Long, @Nullable SegmentHeader> headers = headers(names);
    long journalId = identity(names, headers);
    List<Segment> segments = segments(headers, journalId);
    long next = recoverNewest(segments);
    Map<String, CursorState> cursors = cursors(names, journalId, segments, next);
    for (CursorState cursor : cursors.values()) {
      next = Math.max(next, cursor.committed() + 1);
    }
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

  /** The header of each segment, null where it is damaged, oldest first. */
  private TreeMap<Long, @Nullable SegmentHeader> headers(List<String> names) throws IOException {
    TreeMap<Long, @Nullable SegmentHeader> headers = new TreeMap<>();
    for (String name : names) {
      long first = Segment.first(name);
      if (first >= 0) {
        SegmentHeader header = SegmentHeader.parse(content(name, SegmentHeader.BYTES));
        if (header != null && header.version() > SegmentHeader.VERSION) {
          throw new IOException(
              name
                  + " has format "
                  + header.version()
                  + ", written by a newer version of the"
                  + " server; this one reads up to "
                  + SegmentHeader.VERSION);
        }
        headers.put(first, header);
      }
    }
    return headers;
  }

  private long identity(List<String> names, Map<Long, @Nullable SegmentHeader> headers)
      throws IOException {
    SegmentHeader kept =
        names.contains(IDENTITY)
            ? SegmentHeader.parse(content(IDENTITY, SegmentHeader.BYTES))
            : null;
    if (kept != null) {
      return kept.journalId();
    }
    Map<Long, Integer> votes = new HashMap<>();
    for (Map.Entry<Long, @Nullable SegmentHeader> entry : headers.entrySet()) {
      SegmentHeader header = entry.getValue();
      if (header != null && header.first() == entry.getKey()) {
        votes.merge(header.journalId(), 1, Integer::sum);
      }
    }
    if (votes.isEmpty() && !headers.isEmpty()) {
      throw new IOException("neither identity nor any segment header is readable");
    }
    long id =
        votes.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElseGet(() -> new SecureRandom().nextLong());
    String unfinished = IDENTITY + CursorFiles.UNFINISHED;
    disk.write(unfinished, new SegmentHeader(SegmentHeader.VERSION, id, 0, -1, 0, 0).encode());
    disk.rename(unfinished, IDENTITY);
    disk.force();
    return id;
  }

  private List<Segment> segments(TreeMap<Long, @Nullable SegmentHeader> headers, long journalId)
      throws IOException {
    List<Segment> segments = new ArrayList<>();
    long previousFirst = -1;
    for (Map.Entry<Long, @Nullable SegmentHeader> entry : headers.entrySet()) {
      long first = entry.getKey();
      SegmentHeader header = entry.getValue();
      boolean whole = Segment.belongs(header, journalId, first);
      if (header != null
          && whole
          && previousFirst >= 0
          && header.previousFirst() != previousFirst) {
        logger.warn("The segment before {} is missing", Segment.name(first));
      }
      segments.add(
          Segment.found(
              journalId,
              first,
              header != null && whole ? header.created() : 0,
              size(Segment.name(first)),
              end(headers, journalId, first)));
      previousFirst = first;
    }
    return segments;
  }

  /** Where the frames of a segment end, as the next segment knows. */
  private static long end(
      TreeMap<Long, @Nullable SegmentHeader> headers, long journalId, long first) {
    Map.Entry<Long, @Nullable SegmentHeader> next = headers.higherEntry(first);
    if (next == null) {
      return Long.MAX_VALUE;
    }
    SegmentHeader header = next.getValue();
    return header != null
            && Segment.belongs(header, journalId, next.getKey())
            && header.previousFirst() == first
        ? header.previousEnd()
        : next.getKey();
  }

  /** Reads the newest segment through, cuts it behind its last good frame and forces it. */
  private long recoverNewest(List<Segment> segments) throws IOException {
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
        } else if (reader.position() < newest.bytes()) {
          quarantine.keep(reader);
        } else {
          quarantine.keep(reader, reader.damageFrom(), newest.bytes(), "torn");
        }
      }
    }
    if (last < newest.first()) {
      disk.delete(newest.name());
      segments.remove(newest);
      return newest.first();
    }
    if (goodEnd < newest.bytes()) {
      disk.truncate(newest.name(), goodEnd);
    } else {
      disk.force(newest.name());
    }
    newest.recovered(goodEnd, last + 1);
    return last + 1;
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

  private ByteBuffer content(String name, int bytes) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(bytes);
    try (JournalDisk.Reader file = disk.read(name)) {
      while (content.hasRemaining() && file.read(content, content.position()) >= 0) {}
    }
    return content.flip();
  }

  private long size(String name) throws IOException {
    try (JournalDisk.Reader file = disk.read(name)) {
      return file.size();
    }
  }
}
