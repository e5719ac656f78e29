// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/**
 * Event time: how far the pushed sources have come, less the allowed lateness.
 *
 * <p>It never goes back. A time more than {@link #JUMP_NANOS} ahead moves it only when a second
 * trace says the same, or the receive time bears it out: one host with a broken clock must not
 * close everybody's windows.
 */
final class EventClock {

  static final long JUMP_NANOS = 10L * 60 * 1_000_000_000;
  private static final long RECEIVE_SLACK_NANOS = 60L * 1_000_000_000;

  private final long latenessNanos;
  private long newest = Long.MIN_VALUE;
  private long watermark = Long.MIN_VALUE;
  private long claimed = Long.MIN_VALUE;
  private long claimant;

  EventClock(long latenessNanos) {
    this.latenessNanos = latenessNanos;
  }

  /** Takes the end of a span; false when it is too far ahead to be believed yet. */
  boolean observe(long nanos, long traceLow, long receivedNanos) {
    if (receivedNanos != 0 && nanos > receivedNanos + RECEIVE_SLACK_NANOS) {
      return false;
    }
    if (nanos <= newest) {
      return true;
    }
    boolean jump = receivedNanos == 0 && newest != Long.MIN_VALUE && nanos - newest > JUMP_NANOS;
    if (jump && !confirmed(nanos, traceLow)) {
      return false;
    }
    newest = nanos;
    watermark = Math.max(watermark, newest - latenessNanos);
    return true;
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

  /** Everything pushed that ended before this has arrived, or is late. */
  long watermark() {
    return watermark;
  }
}
