// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Draws the pause before the next attempt: full jitter below a bound that doubles, never less than
 * the destination asked for, and spread by a tenth above that. Source: M. Brooker, "Exponential
 * Backoff And Jitter" (2015), the variant called full jitter.
 *
 * <p>Not thread-safe: one per worker.
 */
final class BackOff {

  private static final int MAX_DOUBLINGS = 30;

  private final RetryPolicy policy;
  private final RandomGenerator random;

  BackOff(RetryPolicy policy, RandomGenerator random) {
    this.policy = policy;
    this.random = random;
  }

  /**
   * @param failures in a row, at least 1
   * @param retryAfter what the destination asked for, or null
   */
  Duration pause(int failures, @Nullable Duration retryAfter) {
    long jittered = random.nextLong(bound(failures).toNanos() + 1);
    if (retryAfter == null) {
      return Duration.ofNanos(jittered);
    }
    long asked = min(retryAfter, policy.maxRetryAfter()).toNanos();
    long spread = asked + random.nextLong(asked / 10 + 1);
    return Duration.ofNanos(Math.max(jittered, spread));
  }

  private Duration bound(int failures) {
    int doublings = Math.min(failures - 1, MAX_DOUBLINGS);
    return min(policy.initialBackoff().multipliedBy(1L << doublings), policy.maxBackoff());
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
