// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static java.util.Objects.requireNonNull;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal on local disk: segments of frames, one file for each cursor's place, one thread that
 * writes.
 *
 * <p>Three threads: {@code journal-commit} alone touches the file being written, so that an
 * interrupted caller can never close it; {@code journal-ack} completes futures, so that what hangs
 * on them cannot hold the next commit up; {@code journal-upkeep} writes cursors and deletes
 * segments.
 */
public final class SegmentedJournal implements Journal {

  private static final Duration SLOW_FORCE = Duration.ofMillis(100);
  private static final Logger logger = LoggerFactory.getLogger(SegmentedJournal.class);

  private final JournalDisk disk;
  private final JournalMetrics metrics;
  private final Quarantine quarantine;
  private final CursorFiles cursorFiles;
  private final SegmentLog log;
  private final FrameFinder finder;
  private final Quota quota;
  private final CommitQueue queue;
  private final Upkeep upkeep;
  private final Map<String, CursorState> idle = new ConcurrentHashMap<>();
  private final Map<String, SegmentCursor> open = new ConcurrentHashMap<>();
  private final ExecutorService acknowledger = Executors.newSingleThreadExecutor(daemon("ack"));
  private final Thread committer;
  private final Thread upkeeper;
  private final long journalId;
  private boolean closed;

  /**
   * Opens the journal in its directory and brings it in order.
   *
   * @throws IOException when the directory is in use, cannot be written durably, is on a network
   *     file system, or was written by a newer version
   */
  public static SegmentedJournal open(JournalConfig config, PrometheusRegistry registry)
      throws IOException {
    LocalDisk disk = LocalDisk.open(config.directory());
    try {
      String network = disk.networkType();
      if (network != null && config.requireLocalDisk()) {
        throw new IOException(
            config.directory() + " is on " + network + ", where a force may not be durable");
      }
      return open(config, disk, Clock.systemUTC(), registry);
    } catch (IOException | RuntimeException e) {
      disk.close();
      throw e;
    }
  }

  static SegmentedJournal open(
      JournalConfig config, JournalDisk disk, Clock clock, PrometheusRegistry registry)
      throws IOException {
    JournalMetrics metrics = new JournalMetrics(registry);
    try {
      return new SegmentedJournal(config, disk, clock, metrics);
    } catch (IOException | RuntimeException e) {
      metrics.unregister();
      throw e;
    }
  }

  private SegmentedJournal(
      JournalConfig config, JournalDisk disk, Clock clock, JournalMetrics metrics)
      throws IOException {
    this.disk = disk;
    this.metrics = metrics;
    this.quarantine = new Quarantine(disk, metrics);
    this.cursorFiles = new CursorFiles(disk);
    DiskProbe probe = new DiskProbe(disk, metrics);
    Duration force = probe.measure();
    Recovery.Found found = new Recovery(disk, metrics, quarantine, cursorFiles).run();
    this.journalId = found.journalId();
    this.log = new SegmentLog(disk, config, found, this::lowestPosition, clock, metrics);
    this.finder = new FrameFinder(disk, log);
    this.idle.putAll(found.cursors());
    this.quota = new Quota(config, log::bytes);
    this.queue = new CommitQueue(quota);
    this.upkeep = new Upkeep(config, disk, log, quota, new Readers(), metrics);
    upkeep.round();
    registerGauges();
    this.committer =
        daemon("commit").newThread(new Committer(queue, log, probe, acknowledger, metrics));
    this.upkeeper = daemon("upkeep").newThread(upkeep);
    committer.start();
    upkeeper.start();
    report(force);
  }

  @Override
  public CompletableFuture<Long> append(Frame frame) {
    Pending pending = Pending.of(frame, System.nanoTime());
    Refusal refusal =
        pending == null
            ? Refusal.of(Refusal.SIZE, "headers longer than " + FrameFormat.MAX_HEADER_BYTES)
            : queue.offer(pending);
    if (refusal == null) {
      return requireNonNull(pending).stored();
    }
    metrics.refused.labelValues(refusal.reason()).inc();
    return refusal.future();
  }

  @Override
  public synchronized JournalCursor cursor(String name) throws IOException {
    CursorFiles.requireName(name);
    requireOpen();
    if (open.containsKey(name)) {
      throw new IllegalStateException("cursor is open already: " + name);
    }
    CursorState state = idle.get(name);
    if (state == null) {
      state = CursorState.of(journalId, log.oldest() - 1);
      cursorFiles.store(name, state);
      disk.force();
    }
    SegmentCursor cursor =
        new SegmentCursor(
            name, state, disk, log, cursorFiles, quarantine, last -> release(name, last));
    open.put(name, cursor);
    idle.remove(name);
    return cursor;
  }

  @Override
  public Set<String> cursors() {
    Set<String> names = new TreeSet<>(idle.keySet());
    names.addAll(open.keySet());
    return names;
  }

  @Override
  public synchronized void forget(String name) throws IOException {
    requireOpen();
    if (open.containsKey(name)) {
      throw new IllegalStateException("cursor is open: " + name);
    }
    if (idle.remove(name) != null) {
      cursorFiles.delete(name);
    }
  }

  @Override
  public @Nullable Frame read(long sequence) throws IOException {
    return finder.find(sequence);
  }

  @Override
  public long identity() {
    return journalId;
  }

  @Override
  public double fullness() {
    return quota.fullness();
  }

  @Override
  public long heldUntil(String name) {
    SegmentCursor cursor = open.get(name);
    if (cursor == null) {
      return -1;
    }
    upkeep.measure();
    long own = cursor.committed() + 1;
    Segment oldest = log.segmentOf(own);
    if (oldest == null || oldest.end() == Long.MAX_VALUE) {
      return -1;
    }
    return oldestNeeded(cursor) >= oldest.end() ? oldest.end() : -1;
  }

  @Override
  public JournalStatus status() {
    Refusal refusal = queue.refusal();
    return new JournalStatus(
        log.next(),
        log.oldest(),
        log.bytes(),
        log.segments().size(),
        refusal == null ? null : refusal.reason() + ": " + refusal.message());
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    queue.close();
    boolean interrupted = join(committer);
    acknowledger.shutdown();
    interrupted |= drain(acknowledger);
    log.close();
    upkeep.stop();
    interrupted |= join(upkeeper);
    open.values().forEach(SegmentCursor::retire);
    upkeep.round();
    finder.rest();
    metrics.unregister();
    try (disk) {
      if (!queue.failing()) {
        CleanMark.write(disk, log.next());
      }
    } catch (IOException e) {
      logger.warn("Cannot close the journal's directory in order", e);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private long lowestPosition(long first) {
    long lowest = Long.MAX_VALUE;
    for (SegmentCursor cursor : open.values()) {
      long position = cursor.position();
      if (position >= first) {
        lowest = Math.min(lowest, position);
      }
    }
    return lowest;
  }

  /** The first number that a reader other than that one has not committed. */
  private long oldestNeeded(@Nullable SegmentCursor exceptFor) {
    long oldest = log.next();
    for (CursorState state : idle.values()) {
      oldest = Math.min(oldest, state.committed() + 1);
    }
    for (SegmentCursor cursor : open.values()) {
      if (cursor != exceptFor) {
        oldest = Math.min(oldest, cursor.committed() + 1);
      }
    }
    return oldest;
  }

  private synchronized void release(String name, CursorState last) {
    idle.put(name, last);
    open.remove(name);
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the journal is closed");
    }
  }

  private void registerGauges() {
    metrics.gauge("corr_wal_bytes", "Size of all segments.", () -> (double) log.bytes());
    metrics.gauge("corr_wal_segments", "Number of segments.", () -> log.segments().size());
    metrics.gauge(
        "corr_wal_refusing",
        "1 while intake is refused, for whatever reason.",
        () -> queue.refusal() == null ? 0 : 1);
    metrics.gaugePerCursor(
        "corr_wal_pending_frames",
        "Durable frames that the reader has not committed.",
        gauge -> open.forEach((name, cursor) -> gauge.call(cursor.pending(), name)));
    metrics.gaugePerCursor(
        "corr_wal_oldest_unacked_age_seconds",
        "Age of the oldest frame that the reader has not committed.",
        gauge -> open.forEach((name, cursor) -> gauge.call(cursor.oldestPendingSeconds(), name)));
  }

  private void report(Duration force) {
    logger.info(
        "Journal {} has {} segments, {} bytes, next frame {}; a force takes {} ms",
        Long.toHexString(journalId),
        log.segments().size(),
        log.bytes(),
        log.next(),
        force.toMillis());
    if (force.compareTo(SLOW_FORCE) > 0) {
      logger.warn("Forcing the journal's disk took {} ms; expect slow intake", force.toMillis());
    }
  }

  private static boolean join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  private static boolean drain(ExecutorService executor) {
    boolean interrupted = false;
    while (true) {
      try {
        if (executor.awaitTermination(1, TimeUnit.SECONDS)) {
          return interrupted;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  private static ThreadFactory daemon(String role) {
    return task -> {
      Thread thread = new Thread(task, "journal-" + role);
      thread.setDaemon(true);
      return thread;
    };
  }

  private final class Readers implements Upkeep.Readers {

    @Override
    public Collection<SegmentCursor> openCursors() {
      return open.values();
    }

    @Override
    public long oldestNeeded() {
      return SegmentedJournal.this.oldestNeeded(null);
    }

    @Override
    public void segmentDeleted() {
      finder.rest();
    }
  }
}
