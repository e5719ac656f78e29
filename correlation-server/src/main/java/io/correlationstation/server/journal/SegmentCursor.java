// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader's place in the segments.
 *
 * <p>To tell a frame that kills its reader from bad luck, the cursor remembers what it handed out.
 * In quiet times that is one number, the fence, moved ahead a thousand frames at a time. After a
 * run that ended without {@link #close}, the frames between the committed one and the fence are
 * suspects: each is handed out alone, with its count of attempts on disk before, until the reader
 * comes back for the next.
 */
final class SegmentCursor implements JournalCursor {

  private static final int FENCE_FRAMES = 1024;
  private static final Logger logger = LoggerFactory.getLogger(SegmentCursor.class);

  private final String name;
  private final JournalDisk disk;
  private final SegmentLog log;
  private final CursorFiles files;
  private final Quarantine quarantine;
  private final Consumer<CursorState> onClose;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(FrameReader.LARGE_BUFFER);
  private final Object stateLock = new Object();
  private final long suspectsEnd;

  private volatile CursorState state;
  private CursorState stored;
  private boolean released;
  private @Nullable FrameReader reader;
  private long position;
  private long inHand = CursorState.NONE;
  private long survived = CursorState.NONE;
  private volatile boolean closed;

  SegmentCursor(
      String name,
      CursorState state,
      JournalDisk disk,
      SegmentLog log,
      CursorFiles files,
      Quarantine quarantine,
      Consumer<CursorState> onClose) {
    this.name = name;
    this.state = state;
    this.stored = state;
    this.disk = disk;
    this.log = log;
    this.files = files;
    this.quarantine = quarantine;
    this.onClose = onClose;
    this.position = state.committed() + 1;
    this.suspectsEnd = state.fence();
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
    update(s -> sequence > s.committed() ? s.withCommitted(sequence) : s);
  }

  @Override
  public long committed() {
    return state.committed();
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
      storeNow();
    } catch (IOException e) {
      logger.warn("Cannot store cursor {}; some frames will be read again", name, e);
    }
    synchronized (this) {
      released = true;
      onClose.accept(state.withGeneration(stored.generation()));
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

  /** Marks the state as left in order; nothing is suspect after the next start. */
  void retire() {
    update(s -> s.withFence(0).withSuspect(CursorState.NONE, 0));
  }

  /**
   * Writes the state if it changed.
   *
   * @return whether the directory has to be forced
   */
  synchronized boolean store() throws IOException {
    CursorState current = state.withGeneration(stored.generation());
    if (released || current.equals(stored)) {
      return false;
    }
    current = current.withGeneration(stored.generation() + 1);
    files.store(name, current);
    stored = current;
    return true;
  }

  private void update(UnaryOperator<CursorState> change) {
    synchronized (stateLock) {
      state = change.apply(state);
    }
  }

  private void storeNow() throws IOException {
    if (store()) {
      disk.force();
    }
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
        if (position >= log.oldest()) {
          throw e;
        }
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
        position++;
      }
    }
    skipTo(Math.min(segment.end(), durable));
    return null;
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
    if (inHand == CursorState.NONE) {
      return false;
    }
    survived = inHand;
    inHand = CursorState.NONE;
    update(s -> s.withSuspect(CursorState.NONE, 0));
    return true;
  }

  private Entry handOut(Entry entry) throws IOException {
    long sequence = entry.sequence();
    CursorState now = state;
    if (sequence < suspectsEnd && sequence > survived && sequence > now.committed()) {
      int attempts = (sequence == now.suspect() ? now.attempts() : 1) + 1;
      update(s -> s.withSuspect(sequence, attempts));
      storeNow();
      inHand = sequence;
      return new Entry(sequence, entry.frame(), attempts);
    }
    if (sequence >= now.fence()) {
      update(s -> s.withFence(sequence + FENCE_FRAMES));
      storeNow();
    }
    return entry;
  }
}
