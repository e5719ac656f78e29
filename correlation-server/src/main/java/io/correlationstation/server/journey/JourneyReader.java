// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static java.util.Objects.requireNonNull;

import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.admission.TraceSet;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.JournalCursor.Entry;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the journal and writes what it reads into the store: the owner of the thread {@code
 * journeys} and of the cursor of that name.
 *
 * <p>Order of a batch: transaction with findings and position, then the cursor, then the listeners.
 * The position in the database decides where reading goes on, so a crash in between changes
 * nothing. While the database refuses, the batch is tried again until it goes in; a frame that
 * cannot be read is counted and left out.
 */
final class JourneyReader implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(JourneyReader.class);
  private static final Duration POLL_WAIT = Duration.ofMillis(250);

  /** From one transaction to the next at least, so that a busy server's are few and large. */
  private static final long WRITE_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final Duration RETRY_FIRST = Duration.ofMillis(100);
  private static final Duration REREAD_WAIT = Duration.ofSeconds(1);
  private static final Duration RETRY_MAX = Duration.ofSeconds(10);

  /**
   * What the frames of one transaction say, roughly; it takes several times as much memory while it
   * is written.
   */
  private static final long MAX_FOUND_BYTES =
      Math.min(32L << 20, Math.max(1L << 20, Runtime.getRuntime().maxMemory() / 64));

  private final Source source;
  private final Store store;
  private final JourneyMetrics metrics;
  private final Consumer<Changes> onChange;
  private final JournalCursor cursor;
  private final Thread thread;

  private final CountDownLatch closed = new CountDownLatch(1);
  private long applied;
  private long writtenNanos = System.nanoTime() - WRITE_INTERVAL_NANOS;

  /** Whether the admission knows what the store holds. */
  private boolean told;

  private volatile @Nullable String trouble;

  /** What is read, which traces of it are taken up, and how many frames at once. */
  record Source(Journal journal, Admission admission, FrameScan scan, int maxBatchFrames) {}

  /** What is written to, and what keeps it small. */
  record Store(JourneyWriter writer, Retention retention) {}

  private JourneyReader(
      Source source, Store store, JourneyMetrics metrics, Consumer<Changes> onChange)
      throws IOException {
    this.source = source;
    this.store = store;
    this.metrics = metrics;
    this.onChange = onChange;
    this.applied = appliedOf(source.journal, store.writer);
    this.cursor = source.journal.cursor(JourneyWriter.READER);
    this.thread = new Thread(this::run, "journeys");
  }

  /** Places the cursor behind what the store holds already and starts reading. */
  static JourneyReader start(
      Source source, Store store, JourneyMetrics metrics, Consumer<Changes> onChange)
      throws IOException {
    JourneyReader reader = new JourneyReader(source, store, metrics, onChange);
    reader.cursor.seek(reader.applied + 1);
    metrics.pending(reader.cursor::pending);
    reader.thread.start();
    return reader;
  }

  /** The last frame of this journal that the store knows, or -1. */
  private static long appliedOf(Journal journal, JourneyWriter writer) {
    long position = writer.position();
    long next = journal.status().nextSequence();
    if (position < next) {
      return position;
    }
    logger.warn(
        "The journal ends at {} but journeys were read up to {}: it was replaced, reading it from"
            + " its start",
        next,
        position);
    writer.forgetJournal();
    return -1;
  }

  /** Why nothing is written at the moment, or null when all is well. */
  @Nullable String trouble() {
    return trouble;
  }

  @Override
  public void close() {
    closed.countDown(); // no interrupt: it would close the journal's file channels for everyone
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    cursor.close();
  }

  private boolean closing() {
    return closed.getCount() == 0;
  }

  /** Waits, or less when the reader is closed meanwhile. */
  private void pause(Duration wait) throws InterruptedException {
    if (closed.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
      logger.debug("Closed while waiting");
    }
  }

  private void run() {
    try {
      while (!closing()) {
        step();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      trouble = "stopped: " + e;
      logger.error("Reading the journal for journeys stopped", e);
      if (e instanceof Error error) {
        throw error;
      }
    }
  }

  private void step() throws InterruptedException {
    try {
      if (!told || source.admission.full()) {
        source.admission.startOver();
        store.writer.tell(source.admission);
        told = true;
      }
      Batch batch = nextBatch();
      if (batch != null) {
        write(batch);
      }
      store.retention.runIfDue();
      trouble = null;
    } catch (IOException | RuntimeException e) {
      if (closing()) {
        return;
      }
      trouble = requireNonNull(e.toString());
      logger.warn("Journeys fall behind: reading again in {}", REREAD_WAIT, e);
      metrics.failed();
      cursor.seek(applied + 1); // what was polled and not applied is read again
      told = false;
      pause(REREAD_WAIT);
    }
  }

  /**
   * What the frames say that there are; after a batch just before, what comes until the interval is
   * over. Null when there is none.
   */
  private @Nullable Batch nextBatch() throws InterruptedException, IOException {
    Findings findings = new Findings();
    int frames = 0;
    long last = -1;
    Entry entry = cursor.poll(POLL_WAIT);
    while (entry != null) {
      scan(entry, findings);
      frames++;
      last = entry.sequence();
      boolean full =
          frames >= source.maxBatchFrames || findings.bytes() >= MAX_FOUND_BYTES || closing();
      long wait = Math.max(0, writtenNanos + WRITE_INTERVAL_NANOS - System.nanoTime());
      entry = full ? null : cursor.poll(Duration.ofNanos(wait));
    }
    if (frames == 0) {
      return null;
    }
    scanMissed(findings);
    return new Batch(findings, frames, last);
  }

  /** What some frames said, the last of which has that sequence number. */
  private record Batch(Findings findings, int frames, long last) {}

  private void write(Batch batch) throws InterruptedException, IOException {
    Changes changes = applyUntilDone(batch.findings, batch.last);
    if (changes == null) {
      return;
    }
    applied = batch.last;
    writtenNanos = System.nanoTime();
    cursor.commit(batch.last);
    metrics.applied(batch.frames, batch.findings);
    if (!changes.isEmpty()) {
      onChange.accept(changes);
    }
  }

  private void scan(Entry entry, Findings findings) {
    try {
      source.scan.scan(entry, findings);
    } catch (RuntimeException e) {
      metrics.unreadable();
      logger.warn("Frame {} cannot be read for journeys: left out", entry.sequence(), e);
    }
  }

  /** Reads again what was passed over of traces that turned out to concern a circuit. */
  private void scanMissed(Findings findings) throws IOException {
    for (Map.Entry<Long, TraceSet> missed : source.admission.takeMissed().entrySet()) {
      long sequence = missed.getKey();
      Frame frame = source.journal.read(sequence);
      if (frame == null) {
        metrics.unreadable();
        continue;
      }
      try {
        source.scan.scan(new Entry(sequence, frame), missed.getValue(), findings);
      } catch (RuntimeException e) {
        logger.debug(
            "Frame {} cannot be read again", sequence, e); // counted when it was read first
      }
    }
  }

  /** Returns null when the reader is closed before the database took the batch. */
  private @Nullable Changes applyUntilDone(Findings findings, long last)
      throws InterruptedException {
    Duration wait = RETRY_FIRST;
    while (!closing()) {
      try {
        Changes changes = store.writer.apply(findings, last);
        trouble = null;
        return changes;
      } catch (RuntimeException e) {
        if (closing()) {
          return null;
        }
        trouble = requireNonNull(e.toString());
        metrics.failed();
        logger.warn("The journey store refused a batch: trying again in {}", wait, e);
        pause(wait);
        wait = wait.multipliedBy(2).compareTo(RETRY_MAX) > 0 ? RETRY_MAX : wait.multipliedBy(2);
      }
    }
    return null;
  }
}
