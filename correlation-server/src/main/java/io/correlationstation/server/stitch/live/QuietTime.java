// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.stitch.Stitcher;

/**
 * Event time while nothing arrives: it follows the time that passes between frames, a grace behind,
 * so that the last order of the day is decided too. Receive times are in the frames: replay finds
 * the same times. Not thread-safe.
 */
final class QuietTime {

  /** Longer than the five seconds for which SDKs gather spans by default. */
  private static final long IDLE_GRACE_NANOS = 6_000_000_000L;

  /** How long a frame may take from its receive time to its reader, so that both agree on time. */
  private static final long READING_GRACE_NANOS = 1_000_000_000L;

  private final Stitcher stitcher;
  private boolean quietBefore;
  private long newestEndNanos;
  private long newestReceivedNanos;

  QuietTime(Stitcher stitcher) {
    this.stitcher = stitcher;
  }

  /** Goes on from where an earlier run was. */
  void restore(long endNanos, long receivedNanos) {
    newestEndNanos = endNanos;
    newestReceivedNanos = receivedNanos;
  }

  /** What time follows, nanoseconds since the epoch; 0 before there was anything. */
  long newestEndNanos() {
    return newestEndNanos;
  }

  /** When the frame with it was received. */
  long newestReceivedNanos() {
    return newestReceivedNanos;
  }

  /**
   * A frame was taken.
   *
   * @param pushedEndNanos the newest end of a pushed span so far
   * @param startNanos where time starts while there is no pushed span to follow: with polled spans
   *     it is that of the clock, with logs theirs; 0 for a frame of neither
   */
  void taken(long pushedEndNanos, long startNanos, long receivedNanos) {
    if (pushedEndNanos > newestEndNanos) {
      newestEndNanos = pushedEndNanos;
      newestReceivedNanos = receivedNanos;
    } else if (newestEndNanos == 0 && startNanos > 0) {
      newestEndNanos = startNanos;
      newestReceivedNanos = receivedNanos;
    }
  }

  /** Nothing came until that time. */
  void until(long receiveNanos) {
    long idleNanos = receiveNanos - newestReceivedNanos - IDLE_GRACE_NANOS;
    if (newestEndNanos > 0 && idleNanos > stitcher.holdNanos()) {
      stitcher.advanceTo(newestEndNanos + idleNanos - stitcher.holdNanos());
    }
  }

  /**
   * Lets event time go on when two rounds in a row brought nothing. One does not say that nothing
   * is left: after a crash the journal hands frames out one by one, with a pause after each.
   */
  void round(boolean quiet, long nowNanos) {
    if (quiet && quietBefore) {
      until(nowNanos - READING_GRACE_NANOS);
    }
    quietBefore = quiet;
  }
}
