// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a journal's files and mends them, without a server: {@code station journal
 * check|dump|repair}.
 *
 * <p>{@link #check} and {@link #dump} change nothing and may run beside a server, whose newest
 * frames they may then see half-written. {@link #repair} takes the journal's lock.
 */
public final class JournalTool {

  private final Path directory;

  private JournalTool(Path directory) {
    this.directory = directory;
  }

  public static JournalTool of(Path directory) {
    return new JournalTool(directory);
  }

  /**
   * One segment.
   *
   * @param last the last sequence number found, or one less than {@code first}
   * @param damages places that are not a frame; the end of a write that was cut short is one
   */
  public record SegmentReport(
      String name, long first, long last, long frames, long bytes, int damages, long damaged) {}

  /**
   * A whole directory.
   *
   * @param cursors the committed sequence number of each, null where its files are damaged
   * @param missing numbers between the first and the last that have no frame
   */
  public record Report(
      List<SegmentReport> segments,
      Map<String, @Nullable Long> cursors,
      long frames,
      long bytes,
      long missing) {

    /** Whether every byte is accounted for and every cursor is readable. */
    public boolean healthy() {
      return missing == 0
          && segments.stream().allMatch(segment -> segment.damages() == 0)
          && cursors.values().stream().noneMatch(committed -> committed == null);
    }
  }

  /** What a dump finds, in the order of the files. */
  public sealed interface Finding {}

  /**
   * A frame without its payload.
   *
   * @param signal its name, or {@code signal-<code>} when a newer version wrote it
   */
  public record FrameFinding(
      long sequence,
      String signal,
      Instant received,
      int items,
      int bytes,
      Map<String, String> headers)
      implements Finding {}

  /** Bytes that are no frame. */
  public record DamageFinding(String segment, long at, long bytes) implements Finding {}

  /** Reads every frame and verifies it. */
  public Report check() throws IOException {
    try (LocalDisk disk = LocalDisk.readOnly(directory)) {
      return check(disk);
    }
  }

  /**
   * Gives each frame from {@code from} up to and including {@code to} to {@code reader}, and each
   * damaged place of their segments.
   */
  public void dump(long from, long to, Consumer<Finding> reader) throws IOException {
    try (LocalDisk disk = LocalDisk.readOnly(directory)) {
      for (Segment segment : Layout.of(disk, disk.names()).segments()) {
        if (segment.first() <= to && segment.end() > from) {
          dump(segment, disk, from, to, reader);
        }
      }
    }
  }

  /**
   * Does what opening the journal does, and then writes each damaged segment anew from its good
   * frames, with the damaged bytes set aside in files that end in {@code .quarantine}.
   *
   * @throws IOException when there is no journal or a server has it open
   */
  public Report repair() throws IOException {
    LocalDisk.readOnly(directory).close(); // opening would make a directory that is not there
    try (LocalDisk disk = LocalDisk.open(directory)) {
      return repair(disk);
    }
  }

  static Report check(JournalDisk disk) throws IOException {
    List<SegmentReport> segments = new ArrayList<>();
    List<String> names = disk.names();
    long frames = 0;
    long bytes = 0;
    for (Segment segment : Layout.of(disk, names).segments()) {
      SegmentReport report = check(segment, disk);
      segments.add(report);
      frames += report.frames();
      bytes += report.bytes();
    }
    Map<String, @Nullable Long> cursors = new TreeMap<>();
    new CursorFiles(disk)
        .load(names)
        .forEach((name, state) -> cursors.put(name, state == null ? null : state.committed()));
    long numbers =
        segments.isEmpty() ? 0 : segments.get(segments.size() - 1).last() + 1 - first(segments);
    return new Report(List.copyOf(segments), cursors, frames, bytes, numbers - frames);
  }

  static Report repair(JournalDisk disk) throws IOException {
    JournalMetrics metrics = new JournalMetrics(new PrometheusRegistry());
    Quarantine quarantine = new Quarantine(disk, metrics);
    Recovery recovery = new Recovery(disk, metrics, quarantine, new CursorFiles(disk));
    Recovery.Found found = recovery.run();
    Segment previous = null;
    for (Segment segment : found.segments()) {
      if (check(segment, disk).damages() > 0 || isHeaderDamaged(segment, disk)) {
        rewrite(segment, previous, found.journalId(), disk, quarantine);
      }
      previous = segment;
    }
    disk.force();
    return check(disk);
  }

  private static long first(List<SegmentReport> segments) {
    return segments.get(0).first();
  }

  private static SegmentReport check(Segment segment, JournalDisk disk) throws IOException {
    long frames = 0;
    int damages = 0;
    long damaged = 0;
    try (FrameReader reader = open(segment, disk)) {
      FrameReader.Step step;
      while ((step = reader.next(FrameReader.Payload.VERIFY)) != FrameReader.Step.END) {
        if (step == FrameReader.Step.FRAME) {
          frames++;
        } else {
          damages++;
          damaged += reader.position() - reader.damageFrom();
        }
      }
      return new SegmentReport(
          segment.name(),
          segment.first(),
          reader.lastSequence(),
          frames,
          segment.bytes(),
          damages,
          damaged);
    }
  }

  private static boolean isHeaderDamaged(Segment segment, JournalDisk disk) throws IOException {
    return SegmentHeader.parse(disk.start(segment.name(), SegmentHeader.BYTES)) == null;
  }

  private static void rewrite(
      Segment segment,
      @Nullable Segment previous,
      long journalId,
      JournalDisk disk,
      Quarantine quarantine)
      throws IOException {
    SegmentHeader header =
        new SegmentHeader(
            SegmentHeader.VERSION,
            journalId,
            segment.first(),
            previous == null ? -1 : previous.first(),
            previous == null ? segment.first() : previous.end(),
            segment.created());
    String copy = segment.name() + CursorFiles.UNFINISHED;
    try (FrameReader reader = open(segment, disk);
        JournalDisk.Writer writer = disk.create(copy)) {
      writer.write(ByteBuffer.wrap(header.encode()));
      FrameReader.Step step;
      while ((step = reader.next(FrameReader.Payload.VERIFY)) != FrameReader.Step.END) {
        if (step == FrameReader.Step.DAMAGE) {
          quarantine.keep(reader);
        } else {
          ByteBuffer frame = ByteBuffer.allocate((int) (reader.position() - reader.offset()));
          reader.copy(reader.offset(), frame);
          writer.write(frame.flip());
        }
      }
      writer.force();
    }
    disk.rename(copy, segment.name());
  }

  private static void dump(
      Segment segment, JournalDisk disk, long from, long to, Consumer<Finding> reader)
      throws IOException {
    try (FrameReader frames = open(segment, disk)) {
      FrameReader.Step step;
      while ((step = frames.next(FrameReader.Payload.LOAD)) != FrameReader.Step.END) {
        if (step == FrameReader.Step.DAMAGE) {
          long at = frames.damageFrom();
          reader.accept(new DamageFinding(segment.name(), at, frames.position() - at));
        } else if (frames.sequence() >= from && frames.sequence() <= to) {
          reader.accept(finding(frames));
        }
      }
    }
  }

  private static FrameFinding finding(FrameReader frames) {
    Frame frame = frames.frame();
    return new FrameFinding(
        frames.sequence(),
        frame == null ? "signal-" + frames.signalCode() : frame.signal().toString(),
        Instant.ofEpochSecond(0, frames.receivedNanos()),
        frame == null ? 0 : frame.items(),
        frames.payloadLength(),
        frame == null ? Map.of() : new TreeMap<>(frame.headers()));
  }

  private static FrameReader open(Segment segment, JournalDisk disk) throws IOException {
    return segment.open(disk, ByteBuffer.allocateDirect(FrameReader.LARGE_BUFFER));
  }
}
