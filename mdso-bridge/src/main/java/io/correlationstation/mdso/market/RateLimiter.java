// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A token bucket over all threads: {@code perSecond} calls a second, a burst of at most two
 * seconds' worth (at least one call). Callers wait in the order of their reservations.
 */
final class RateLimiter {

  private static final double BURST_SECONDS = 2;

  private final double nanosPerCall;
  private final double burstNanos;
  private final LongSupplier nanoTime;
  private final Pause pause;

  /** When the next call may leave, were the bucket empty; guarded by this. */
  private double nextFree;

  RateLimiter(double perSecond, LongSupplier nanoTime, Pause pause) {
    this.nanosPerCall = 1e9 / perSecond;
    this.burstNanos = Math.max(0, BURST_SECONDS * 1e9 - nanosPerCall);
    this.nanoTime = nanoTime;
    this.pause = pause;
    this.nextFree = nanoTime.getAsLong() - burstNanos;
  }

  /** Takes one call, waiting until the bucket has it. */
  void acquire() throws InterruptedException {
    long waitNanos = reserve();
    if (waitNanos > 0) {
      pause.pause(Duration.ofNanos(waitNanos));
    }
  }

  private synchronized long reserve() {
    double now = nanoTime.getAsLong();
    double start = Math.max(nextFree, now - burstNanos);
    nextFree = start + nanosPerCall;
    return (long) Math.max(0, start - now);
  }
}
