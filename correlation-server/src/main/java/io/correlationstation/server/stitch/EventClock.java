// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.List;

/**
 * Event time: how far the pushed sources have come, less what they lag behind.
 *
 * <p>It never goes back. A time more than {@link #JUMP_NANOS} ahead moves it only when a second
 * trace says the same, or the receive time bears it out: one host with a broken clock must not
 * close everybody's windows.
 *
 * <p>A source that exports late, or whose clock is behind, holds the watermark by as much as it was
 * seen to lag behind the newest span, {@link #MAX_HOLD_NANOS} at most; who lags more is late, and
 * waiting would not help. A source that was not heard for one to two {@link #EPOCH_NANOS} holds
 * nothing:
 *
 * <pre>
 *   watermark = newest - lateness - hold
 *   hold      = largest lag of any source in this epoch and the one before, less half the lateness
 * </pre>
 *
 * <p>So a silent source does not hold the rest, and a fast one does not close the others' windows.
 * Polled sources are not asked: they are late by nature. Source: watermarks per source after Akidau
 * et al., "The Dataflow Model" (PVLDB 2015); measured as lag and not as position, so that a source
 * that sends little costs no time.
 */
final class EventClock {

  static final long JUMP_NANOS = 10L * 60 * 1_000_000_000;
  static final long MAX_HOLD_NANOS = 10L * 1_000_000_000;
  static final long EPOCH_NANOS = 10L * 1_000_000_000;
  private static final long RECEIVE_SLACK_NANOS = 60L * 1_000_000_000;

  /** How far the spans of one service lag behind the newest of all. */
  static final class Source {
    private long epoch = Long.MIN_VALUE;
    private long lagNanos;
    private long lagBeforeNanos;

    private void turnTo(long now) {
      if (epoch != now) {
        lagBeforeNanos = epoch == now - 1 ? lagNanos : 0;
        lagNanos = 0;
        epoch = now;
      }
    }

    private long lagIn(long now) {
      if (epoch == now) {
        return Math.max(lagNanos, lagBeforeNanos);
      }
      return epoch == now - 1 ? lagNanos : 0;
    }
  }

  private final long latenessNanos;
  private final List<Source> sources = new ArrayList<>();
  private long newest = Long.MIN_VALUE;
  private long watermark = Long.MIN_VALUE;
  private long claimed = Long.MIN_VALUE;
  private long claimant;
  private long epoch = Long.MIN_VALUE;
  private long worstLagNanos;

  EventClock(long latenessNanos) {
    this.latenessNanos = latenessNanos;
  }

  /**
   * Whether a time lies so far after the receive time (0: unknown) that its clock must be wrong.
   */
  static boolean isAhead(long nanos, long receivedNanos) {
    return receivedNanos != 0 && nanos > receivedNanos + RECEIVE_SLACK_NANOS;
  }

  /** Takes the end of a span; false when it is too far ahead to be believed yet. */
  boolean observe(Source source, long nanos, long traceLow, long receivedNanos) {
    if (isAhead(nanos, receivedNanos)) {
      return false;
    }
    if (nanos <= newest) {
      lag(source, newest - nanos);
      return true;
    }
    boolean jump = receivedNanos == 0 && newest != Long.MIN_VALUE && nanos - newest > JUMP_NANOS;
    if (jump && !confirmed(nanos, traceLow)) {
      return false;
    }
    newest = nanos;
    long now = Math.floorDiv(newest, EPOCH_NANOS);
    if (now != epoch) {
      epoch = now;
      worstLagNanos = 0;
      for (Source each : sources) {
        worstLagNanos = Math.max(worstLagNanos, each.lagIn(epoch));
      }
    }
    lag(source, 0);
    watermark = Math.max(watermark, newest - latenessNanos - holdNanos());
    return true;
  }

  private void lag(Source source, long nanos) {
    if (source.epoch == Long.MIN_VALUE) {
      sources.add(source);
    }
    source.turnTo(epoch);
    if (nanos > source.lagNanos && nanos <= MAX_HOLD_NANOS) {
      source.lagNanos = nanos;
      worstLagNanos = Math.max(worstLagNanos, nanos);
    }
  }

  private boolean confirmed(long nanos, long traceLow) {
    if (claimed != Long.MIN_VALUE
        && claimant != traceLow
        && Math.abs(nanos - claimed) <= JUMP_NANOS) {
      return true;
    }
    claimed = nanos;
    claimant = traceLow;
    return false;
  }

  void advanceTo(long nanos) {
    newest = Math.max(newest, nanos);
    watermark = Math.max(watermark, nanos);
  }

  boolean started() {
    return watermark != Long.MIN_VALUE;
  }

  /** How long the watermark waits for sources that lag, beyond the allowed lateness. */
  long holdNanos() {
    return Math.max(0, worstLagNanos - latenessNanos / 2);
  }

  /** Everything pushed that ended before this has arrived, or is late. */
  long watermark() {
    return watermark;
  }
}
