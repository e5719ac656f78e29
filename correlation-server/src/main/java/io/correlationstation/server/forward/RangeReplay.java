// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends again what the journal received in a span of time, beside whatever its destination is
 * doing. Frames are received in order but for their first milliseconds, so the start is found by
 * halving.
 *
 * <p>A batch that the destination does not take now is tried {@value #MAX_PAUSES} times; then the
 * replay ends and says what is left. Nothing becomes a dead letter: the frames were there before.
 */
final class RangeReplay implements Delivery.Surroundings {

  private static final int MAX_PAUSES = 5;

  /** Frames that are missing in a row before the start counts as deleted. */
  private static final int MAX_GAP = 64;

  private static final class GivenUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final DestinationConfig config;
  private final Destination destination;
  private final Journal journal;
  private final CountDownLatch closing;
  private int pauses;
  private long delivered;
  private long refused;
  private String reason = "";

  /**
   * @param closing ends the replay
   */
  RangeReplay(
      DestinationConfig config, Destination destination, Journal journal, CountDownLatch closing) {
    this.closing = closing;
    this.config = config;
    this.destination = destination;
    this.journal = journal;
  }

  /** Both ends in nanoseconds since the epoch; the second is not included. */
  ReplayResult run(long fromNanos, long toNanos) throws IOException, InterruptedException {
    long next = firstReceivedAt(fromNanos);
    long end = journal.status().nextSequence();
    List<Frame> window = new ArrayList<>();
    long bytes = 0;
    long left = 0;
    for (; next < end; next++) {
      Frame frame = journal.read(next);
      if (frame != null && frame.receivedNanos() >= toNanos) {
        break;
      }
      if (frame == null
          || !config.signals().contains(frame.signal())
          || frame.receivedNanos() < fromNanos) {
        continue;
      }
      window.add(frame);
      bytes += frame.payload().length;
      if (bytes >= config.limits().maxBytes()) {
        left += deliver(window);
        window.clear();
        bytes = 0;
        if (left > 0) {
          break;
        }
      }
    }
    left += deliver(window);
    return new ReplayResult(delivered, refused, left, reason);
  }

  /** Items of the window that are not settled: 0, or what was left when it was given up. */
  private long deliver(List<Frame> window) throws IOException, InterruptedException {
    if (window.isEmpty()) {
      return 0;
    }
    long before = delivered + refused;
    Destination.Prepared prepared = destination.prepare(window);
    for (Destination.Refused batch : prepared.refused()) {
      deadLetter(batch.batch(), batch.reason(), "");
    }
    BackOff backOff = new BackOff(config.retry(), new SplittableRandom());
    try {
      new Delivery(destination, config.retry(), backOff, this).deliver(prepared.batches());
      return 0;
    } catch (GivenUpException e) {
      long items = window.stream().mapToLong(Frame::items).sum();
      return items - (delivered + refused - before);
    }
  }

  private long firstReceivedAt(long nanos) throws IOException {
    long low = 0;
    long high = journal.status().nextSequence();
    while (low < high) {
      long middle = (low + high) >>> 1;
      Frame frame = atOrAfter(middle, high);
      if (frame == null || frame.receivedNanos() < nanos) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private @Nullable Frame atOrAfter(long sequence, long end) throws IOException {
    for (long s = sequence; s < Math.min(end, sequence + MAX_GAP); s++) {
      Frame frame = journal.read(s);
      if (frame != null) {
        return frame;
      }
    }
    return null;
  }

  @Override
  public void pause(Duration time) throws InterruptedException {
    if (++pauses > MAX_PAUSES) {
      throw new GivenUpException();
    }
    if (closing.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new InterruptedException("closing");
    }
  }

  @Override
  public List<Batch> more() {
    return List.of();
  }

  @Override
  public void delivered(Batch batch, int items) {
    pauses = 0;
    delivered += items;
  }

  @Override
  public void deadLetter(Batch batch, String why, String detail) {
    note(batch, batch.items(), why, detail);
  }

  @Override
  public void note(Batch batch, int items, String why, String detail) {
    refused += items;
    reason = (why + " " + detail).strip();
  }

  @Override
  public void answered(Batch batch, Verdict verdict, long nanos) {
    if (verdict.outcome() != Verdict.Outcome.DELIVERED) {
      reason = (verdict.code() + " " + verdict.detail()).strip();
    }
  }
}
