// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes: takes what has gathered, makes it durable with one force, then
 * acknowledges. What arrives during a force shares the next one, so a busy journal forces much less
 * often than it appends, and an idle one acknowledges without delay.
 *
 * <p>When writing or forcing fails, the batch is refused and the segment given up; then the disk is
 * tried with a file of its own until it works again. A failed force is never repeated.
 */
final class Committer implements Runnable {

  private static final long BATCH_BYTES = 4L << 20;
  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);
  private static final Logger logger = LoggerFactory.getLogger(Committer.class);

  private final CommitQueue queue;
  private final SegmentLog log;
  private final DiskProbe probe;
  private final Executor acknowledger;
  private final JournalMetrics metrics;

  Committer(
      CommitQueue queue,
      SegmentLog log,
      DiskProbe probe,
      Executor acknowledger,
      JournalMetrics metrics) {
    this.queue = queue;
    this.log = log;
    this.probe = probe;
    this.acknowledger = acknowledger;
    this.metrics = metrics;
  }

  @Override
  public void run() {
    try {
      List<Pending> batch;
      while (!(batch = queue.take(BATCH_BYTES)).isEmpty()) {
        commit(batch);
      }
    } catch (Throwable e) {
      logger.error("The journal's committer ends; the server has to be restarted", e);
      Refusal refusal = Refusal.of(Refusal.IO, "the committer ended: " + e);
      refuse(queue.fail(refusal), refusal);
      throw e;
    } finally {
      log.closeWriter();
    }
  }

  private void commit(List<Pending> batch) {
    long first = log.next();
    try {
      log.write(batch);
      acknowledge(batch, first);
    } catch (IOException e) {
      int stored = (int) (log.next() - first);
      acknowledge(batch.subList(0, stored), first);
      giveUp(batch.subList(stored, batch.size()), e);
    } catch (Throwable e) {
      int stored = (int) (log.next() - first);
      acknowledge(batch.subList(0, stored), first);
      refuse(batch.subList(stored, batch.size()), Refusal.of(Refusal.IO, e.toString()));
      throw e;
    }
  }

  private void giveUp(List<Pending> batch, IOException cause) {
    logger.error("Cannot write to the journal; appends are refused until the disk works", cause);
    metrics.failures.labelValues("append").inc();
    log.abandon();
    Refusal refusal = Refusal.of(Refusal.IO, "cannot write: " + cause.getMessage());
    List<Pending> waiting = queue.fail(refusal);
    refuse(batch, refusal);
    refuse(waiting, refusal);
    while (queue.pause(PROBE_INTERVAL.toNanos())) {
      if (probe.works()) {
        logger.info("The disk works again; appends are taken");
        queue.recover();
        return;
      }
    }
  }

  private void acknowledge(List<Pending> batch, long first) {
    if (batch.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    for (Pending pending : batch) {
      metrics.appendSeconds.observe((now - pending.since()) / 1e9);
    }
    acknowledger.execute(
        () -> {
          long sequence = first;
          for (Pending pending : batch) {
            pending.stored().complete(sequence++);
          }
        });
  }

  private void refuse(List<Pending> batch, Refusal refusal) {
    if (batch.isEmpty()) {
      return;
    }
    metrics.refused.labelValues(refusal.reason()).inc(batch.size());
    acknowledger.execute(
        () ->
            batch.forEach(pending -> pending.stored().completeExceptionally(refusal.exception())));
  }
}
