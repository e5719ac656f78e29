// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Which frames the stitcher may still need: those whose spans end within its memory before the
 * watermark.
 *
 * <p>A restart reads from there, so that the stitcher holds again what it held. Frames of about the
 * same event time share an entry: memory is O(seconds), not O(frames).
 */
final class Horizon {

  private static final long GRAIN_NANOS = 1_000_000_000L;

  private final long memoryNanos;
  private final ArrayDeque<Stretch> stretches = new ArrayDeque<>();
  private long safeSequence = -1;

  Horizon(Duration memory) {
    this.memoryNanos = memory.toNanos();
  }

  /**
   * Takes note of a frame, in the order of the journal.
   *
   * @param newestEndNanos the latest believable end of a span in it, or 0 for a frame without spans
   */
  void passed(long sequence, long newestEndNanos) {
    Stretch last = stretches.peekLast();
    if (last != null && newestEndNanos <= last.newestEndNanos + GRAIN_NANOS) {
      last.sequence = sequence;
      last.newestEndNanos = Math.max(last.newestEndNanos, newestEndNanos);
    } else {
      stretches.addLast(new Stretch(sequence, newestEndNanos));
    }
  }

  /** The last sequence number that no one needs once event time has come this far, or -1. */
  long safeAt(long watermarkNanos) {
    while (!stretches.isEmpty()
        && stretches.peekFirst().newestEndNanos < watermarkNanos - memoryNanos) {
      safeSequence = stretches.removeFirst().sequence;
    }
    return safeSequence;
  }

  private static final class Stretch {
    private long sequence;
    private long newestEndNanos;

    Stretch(long sequence, long newestEndNanos) {
      this.sequence = sequence;
      this.newestEndNanos = newestEndNanos;
    }
  }
}
