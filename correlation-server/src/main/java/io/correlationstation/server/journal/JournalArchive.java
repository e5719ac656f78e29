// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a journal received in a span of time, read from its files in the order of the journal.
 * Changes nothing and may run beside a server: segments that server deletes meanwhile are stepped
 * over, as are damaged places, which the log names. One thread at a time.
 *
 * <p>Only segments that can hold a frame of that time are read: a segment's frames were received
 * after the one before was closed and before the next was made, but for a clock that was set back
 * by up to {@value #CLOCK_SLACK_MINUTES} minutes.
 */
public final class JournalArchive implements AutoCloseable {

  private static final int CLOCK_SLACK_MINUTES = 10;
  private static final long CLOCK_SLACK_NANOS = TimeUnit.MINUTES.toNanos(CLOCK_SLACK_MINUTES);
  private static final Logger logger = LoggerFactory.getLogger(JournalArchive.class);

  private final JournalDisk disk;
  private final long fromNanos;
  private final long toNanos;
  private final Deque<Segment> segments;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(FrameReader.LARGE_BUFFER);
  private @Nullable FrameReader reader;

  private JournalArchive(JournalDisk disk, long fromNanos, long toNanos, Deque<Segment> segments) {
    this.disk = disk;
    this.fromNanos = fromNanos;
    this.toNanos = toNanos;
    this.segments = segments;
  }

  /**
   * Opens the journal in that directory.
   *
   * @param fromNanos first time of receipt, in nanoseconds since the epoch
   * @param toNanos time of receipt that is no longer included
   * @throws IOException when there is no journal or a newer version wrote it
   */
  public static JournalArchive open(Path directory, long fromNanos, long toNanos)
      throws IOException {
    LocalDisk disk = LocalDisk.readOnly(directory);
    List<Segment> all = Layout.of(disk, disk.names()).segments();
    return new JournalArchive(disk, fromNanos, toNanos, between(all, fromNanos, toNanos));
  }

  private static Deque<Segment> between(List<Segment> all, long fromNanos, long toNanos) {
    Deque<Segment> chosen = new ArrayDeque<>();
    for (int i = 0; i < all.size(); i++) {
      boolean over = i + 1 < all.size() && isBefore(all.get(i + 1).created(), fromNanos);
      boolean ahead = isBefore(toNanos, all.get(i).created());
      if (!over && !ahead) {
        chosen.add(all.get(i));
      }
    }
    return chosen;
  }

  /** Whether the one time is earlier by more than a clock may be off; 0 is not known. */
  private static boolean isBefore(long nanos, long other) {
    return nanos != 0 && other != 0 && nanos < other - CLOCK_SLACK_NANOS;
  }

  /** The next frame of the time, or null when there is no more. */
  public @Nullable Frame next() throws IOException {
    while (reader != null || openNext()) {
      FrameReader at = reader;
      FrameReader.Step step = at == null ? FrameReader.Step.END : at.next(FrameReader.Payload.LOAD);
      if (at == null || step == FrameReader.Step.END) {
        dropReader();
      } else if (step == FrameReader.Step.DAMAGE) {
        tell(at);
      } else if (at.receivedNanos() >= fromNanos && at.receivedNanos() < toNanos) {
        Frame frame = at.frame();
        if (frame != null) {
          return frame;
        }
      }
    }
    return null;
  }

  private boolean openNext() throws IOException {
    while (!segments.isEmpty()) {
      Segment segment = segments.removeFirst();
      try {
        reader = segment.open(disk, buffer);
        return true;
      } catch (NoSuchFileException e) {
        logger.info("{} was deleted in the meantime", segment.name());
      }
    }
    return false;
  }

  /** What does not end yet may only be half-written; the end of the newest segment is no news. */
  private void tell(FrameReader at) {
    if (!segments.isEmpty() || at.position() < at.segment().bytes()) {
      logger.warn("{} is damaged at {}", at.segment().name(), at.damageFrom());
    }
  }

  private void dropReader() {
    FrameReader open = reader;
    reader = null;
    if (open != null) {
      open.closeQuietly();
    }
  }

  @Override
  public void close() throws IOException {
    dropReader();
    disk.close();
  }
}
