// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader's place in the segments.
 *
 * <p>To tell a frame that kills the process from bad luck, the cursor notes what it hands out. In
 * quiet times that is one number, the fence, moved ahead {@value #FENCE_FRAMES} frames at a time.
 * After a run that ended without {@link #close}, the last {@value #MAX_SUSPECTS} frames before the
 * fence, more than any reader has in hand, are suspects unless they were committed: each is handed
 * out alone, its attempts noted before, until the reader comes back for the next.
 */
final class SegmentCursor implements JournalCursor {

  private static final int FENCE_FRAMES = 64;
  private static final int MAX_SUSPECTS = 10_000;
  private static final Logger logger = LoggerFactory.getLogger(SegmentCursor.class);

  private final String name;
  private final JournalDisk disk;
  private final SegmentLog log;
  private final CursorFiles files;
  private final Quarantine quarantine;
  private final Consumer<CursorState> onClose;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(FrameReader.LARGE_BUFFER);
  private final AtomicLong committed;
  private final long suspectsFrom;
  private final long suspectsEnd;

  private CursorState stored;
  private boolean released;
  private CursorMarks marks;
  private @Nullable FrameReader reader;
  private volatile long position;
  private long inHand = CursorMarks.NONE;
  private long survived = CursorMarks.NONE;
  private volatile boolean closed;

  SegmentCursor(
      String name,
      CursorState state,
      JournalDisk disk,
      SegmentLog log,
      CursorFiles files,
      Quarantine quarantine,
      Consumer<CursorState> onClose)
      throws IOException {
    this.name = name;
    this.committed = new AtomicLong(state.committed());
    this.stored = state;
    this.disk = disk;
    this.log = log;
    this.files = files;
    this.quarantine = quarantine;
    this.onClose = onClose;
    this.position = state.committed() + 1;
    this.marks = files.marks(name, state.journalId()).afterCrash();
    this.suspectsEnd = marks.fence();
    this.suspectsFrom = Math.max(state.committed() + 1, suspectsEnd - MAX_SUSPECTS);
  }

  @Override
  public @Nullable Entry poll(Duration maxWait) throws InterruptedException, IOException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (settleSuspect()) {
      return null;
    }
    long deadline = System.nanoTime() + maxWait.toNanos();
    do {
      requireOpen();
      Entry entry = next();
      if (entry != null) {
        position = entry.sequence() + 1;
        return handOut(entry);
      }
    } while (log.await(position, deadline - System.nanoTime()));
    requireOpen();
    return null;
  }

  @Override
  public void commit(long sequence) {
    if (sequence >= log.next()) {
      throw new IllegalArgumentException("sequence >= next: " + sequence + " >= " + log.next());
    }
    committed.accumulateAndGet(sequence, Math::max);
  }

  @Override
  public long committed() {
    return committed.get();
  }

  /** The number of the frame that {@link #poll} will look for next; for any thread. */
  long position() {
    return position;
  }

  @Override
  public long pending() {
    return log.next() - Math.max(committed() + 1, log.oldest());
  }

  @Override
  public void rewind() {
    seek(committed() + 1);
  }

  @Override
  public void seek(long sequence) {
    position = Math.max(0, sequence);
  }

  /** Notes that everything handed out was dealt with in order, makes it durable, and lets go. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    dropReader();
    retire();
    try {
      if (store()) {
        disk.force();
      }
    } catch (IOException e) {
      logger.warn("Cannot store cursor {}; some frames will be read again", name, e);
    }
    synchronized (this) {
      released = true;
      onClose.accept(new CursorState(stored.journalId(), stored.generation(), committed()));
    }
  }

  /** Age of the oldest frame not committed, in seconds; 0 when there is none. */
  double oldestPendingSeconds() {
    if (pending() <= 0) {
      return 0;
    }
    long received = log.receivedAround(committed() + 1);
    return Math.max(0, (log.nowNanos() - received) / 1e9);
  }

  /** Notes that the cursor was left in order; nothing is suspect after the next start. */
  void retire() {
    try {
      files.unmark(name);
    } catch (IOException e) {
      logger.debug("Cannot delete the marks of cursor {}", name, e);
    }
  }

  /**
   * Writes the committed number if it changed.
   *
   * @return whether the directory has to be forced
   */
  synchronized boolean store() throws IOException {
    long now = committed();
    if (released || now == stored.committed()) {
      return false;
    }
    CursorState next = stored.next(now);
    files.store(name, next);
    stored = next;
    return true;
  }

  private void requireOpen() throws IOException {
    if (closed || log.closed()) {
      throw new IOException("cursor " + name + " is closed");
    }
  }

  /** The frame at the position or the next one there is; null when none is durable yet. */
  private @Nullable Entry next() throws IOException, InterruptedException {
    long durable;
    while (position < (durable = log.next())) {
      Frame recent = log.recent(position);
      if (recent != null) {
        return new Entry(position, recent);
      }
      try {
        Entry entry = read(durable);
        if (entry != null) {
          return entry;
        }
      } catch (NoSuchFileException e) {
        dropReader();
        skipLostSegment(durable);
      } catch (ClosedByInterruptException e) {
        dropReader();
        Thread.interrupted();
        throw new InterruptedException("interrupted while reading for " + name);
      }
    }
    return null;
  }

  /** Reads on in the segment of the position; null when the position had to move first. */
  private @Nullable Entry read(long durable) throws IOException {
    position = Math.max(position, log.oldest());
    Segment segment = log.segmentOf(position);
    if (segment == null) {
      skipTo(durable);
      return null;
    }
    skipTo(segment.first());
    FrameReader at = readerAt(segment);
    FrameReader.Step step;
    while ((step = at.next(FrameReader.Payload.LOAD)) != FrameReader.Step.END) {
      if (step == FrameReader.Step.DAMAGE) {
        quarantine.keep(at);
      } else if (at.sequence() >= position) {
        skipTo(at.sequence());
        Frame frame = at.frame();
        if (frame != null) {
          return new Entry(position, frame);
        }
        quarantine.keepUnknown(at);
        position = position + 1;
      }
    }
    skipTo(Math.min(segment.end(), durable));
    return null;
  }

  /** Steps over a segment whose file is gone although the journal has not deleted it. */
  private void skipLostSegment(long durable) {
    Segment lost = log.segmentOf(position);
    if (lost != null && position >= lost.first()) {
      skipTo(Math.min(lost.end(), durable));
    }
  }

  /** Steps over numbers that have no frame. */
  private void skipTo(long sequence) {
    if (sequence > position) {
      quarantine.missing(position, sequence);
      position = sequence;
    }
  }

  private FrameReader readerAt(Segment segment) throws IOException {
    FrameReader at = reader;
    if (at != null && at.segment() == segment && at.lastSequence() == position - 1) {
      return at;
    }
    if (at == null || at.segment() != segment) {
      dropReader();
      at = segment.open(disk, buffer);
      reader = at;
    }
    at.seek(segment.offsetAtOrBefore(position, disk), segment.first() - 1);
    return at;
  }

  private void dropReader() {
    FrameReader open = reader;
    reader = null;
    if (open != null) {
      open.closeQuietly();
    }
  }

  private boolean settleSuspect() {
    if (inHand == CursorMarks.NONE) {
      return false;
    }
    survived = inHand;
    inHand = CursorMarks.NONE;
    mark(marks.absolved());
    return true;
  }

  private Entry handOut(Entry entry) {
    long sequence = entry.sequence();
    if (isSuspect(sequence)) {
      mark(marks.trying(sequence));
      inHand = sequence;
      return new Entry(sequence, entry.frame(), marks.attempts());
    }
    if (sequence >= marks.fence() || sequence < marks.fence() - MAX_SUSPECTS) {
      mark(marks.withFence(sequence + FENCE_FRAMES));
    }
    return entry;
  }

  private boolean isSuspect(long sequence) {
    return sequence < suspectsEnd
        && sequence >= suspectsFrom
        && sequence > survived
        && sequence > committed();
  }

  /** A disk that takes no marks must not keep readers from what they can read. */
  private void mark(CursorMarks newMarks) {
    marks = newMarks;
    try {
      files.mark(name, newMarks);
    } catch (IOException e) {
      logger.debug("Cannot write the marks of cursor {}", name, e);
    }
  }
}
