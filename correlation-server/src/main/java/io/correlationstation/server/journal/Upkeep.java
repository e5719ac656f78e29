// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that writes cursors down, deletes segments that nobody needs and watches the room on
 * the file system, a round every cursor delay.
 */
final class Upkeep implements Runnable {

  private static final Logger logger = LoggerFactory.getLogger(Upkeep.class);

  private final JournalConfig config;
  private final JournalDisk disk;
  private final SegmentLog log;
  private final Quota quota;
  private final Readers readers;
  private final JournalMetrics metrics;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean stopped;
  private boolean failing;

  /** What the upkeep asks and tells those who read. */
  interface Readers {

    /** The open cursors, changing under the upkeep. */
    Collection<SegmentCursor> openCursors();

    /** The first sequence number that some cursor, open or not, has not committed. */
    long oldestNeeded();

    /** A segment's file has no name any more; whoever has it open keeps its room on the disk. */
    void segmentDeleted();
  }

  Upkeep(
      JournalConfig config,
      JournalDisk disk,
      SegmentLog log,
      Quota quota,
      Readers readers,
      JournalMetrics metrics) {
    this.config = config;
    this.disk = disk;
    this.log = log;
    this.quota = quota;
    this.readers = readers;
    this.metrics = metrics;
  }

  @Override
  public void run() {
    while (pause()) {
      round();
    }
  }

  void stop() {
    lock.lock();
    try {
      stopped = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** One round; a failure is counted, logged once and tried again in the next. */
  void round() {
    try {
      quota.usable(disk.usableBytes());
      storeCursors();
      deleteSegments();
      measure();
      failing = false;
    } catch (IOException e) {
      metrics.failures.labelValues("upkeep").inc();
      if (!failing) {
        logger.warn("Cannot write cursors or delete segments; trying again", e);
      }
      failing = true;
    }
  }

  /** Tells the quota what every reader is done with; for any thread. */
  void measure() {
    quota.idle(idleBytes());
  }

  private boolean pause() {
    lock.lock();
    try {
      long left = config.cursorDelay().toNanos();
      while (!stopped && left > 0) {
        left = changed.awaitNanos(left);
      }
      return !stopped;
    } catch (InterruptedException e) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void storeCursors() throws IOException {
    boolean renamed = false;
    for (SegmentCursor cursor : readers.openCursors()) {
      renamed |= cursor.store();
    }
    if (renamed) {
      disk.force();
    }
  }

  private void deleteSegments() throws IOException {
    long needed = readers.oldestNeeded();
    for (Segment segment : log.segments()) {
      if (segment.end() > needed || !isSurplus(segment)) {
        return;
      }
      log.deleteOldest(segment);
      readers.segmentDeleted();
      logger.debug("Deleted {}", segment.name());
    }
  }

  private long idleBytes() {
    long needed = readers.oldestNeeded();
    return log.segments().stream()
        .filter(segment -> segment.end() <= needed)
        .mapToLong(Segment::bytes)
        .sum();
  }

  private boolean isSurplus(Segment segment) {
    return log.bytes() > quota.keepBytes()
        || quota.usable() < config.minFreeBytes()
        || log.nowNanos() - log.endedNanos(segment) > config.retention().toNanos();
  }
}
