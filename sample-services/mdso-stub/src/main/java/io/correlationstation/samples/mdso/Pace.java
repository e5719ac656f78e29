// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import java.time.Duration;
import java.util.SplittableRandom;

/**
 * How long the parts of a plan take.
 *
 * <p>Every length is its mean, made longer or shorter by up to {@code jitter} of it, divided by
 * {@code speed}. The jitter of the n-th order depends on the seed and n alone, whatever else runs.
 *
 * @param seed start of the jitter ({@code MDSO_STUB_SEED}, default 1)
 * @param speed divisor of every length ({@code MDSO_STUB_SPEED}, default 1)
 * @param jitter 0 (none) to below 1 ({@code MDSO_STUB_JITTER}, default 0.3)
 * @param queue mean time from the order to the start of its plan ({@code MDSO_STUB_QUEUE_MS}, 700)
 * @param stage mean length of a stage ({@code MDSO_STUB_STAGE_MS}, 2000)
 */
record Pace(long seed, double speed, double jitter, Duration queue, Duration stage) {

  Pace {
    if (!(speed > 0) || Double.isInfinite(speed)) {
      throw new IllegalArgumentException("MDSO_STUB_SPEED is not above 0: " + speed);
    }
    if (!(jitter >= 0 && jitter < 1)) {
      throw new IllegalArgumentException("MDSO_STUB_JITTER is not from 0 to below 1: " + jitter);
    }
    if (queue.isNegative() || stage.isNegative()) {
      throw new IllegalArgumentException(
          "MDSO_STUB_QUEUE_MS and MDSO_STUB_STAGE_MS may not be negative: " + queue + ", " + stage);
    }
  }

  /** The lengths of one order's plan; {@code order} counts from 0. Not thread-safe. */
  Lengths ofOrder(long order) {
    return new Lengths(new SplittableRandom(seed * 1_000_003 + order));
  }

  /** Draws the lengths of one plan, one after the other. */
  final class Lengths {

    private final SplittableRandom random;

    private Lengths(SplittableRandom random) {
      this.random = random;
    }

    Duration queue() {
      return around(queue);
    }

    Duration stage() {
      return around(stage);
    }

    Duration halfStage() {
      return around(stage.dividedBy(2));
    }

    private Duration around(Duration mean) {
      double factor = 1 + jitter * (2 * random.nextDouble() - 1);
      return Duration.ofNanos(Math.round(mean.toNanos() * factor / speed));
    }
  }
}
