// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Stops calling an orchestrator that is down: after {@value #FAILURES} failures in a row every call
 * is refused for 30 s, then one probe is let through; its success closes the breaker, its failure
 * opens it again. Thread-safe.
 */
final class CircuitBreaker {

  private static final int FAILURES = 10;
  private static final long OPEN_NANOS = Duration.ofSeconds(30).toNanos();

  private final LongSupplier nanoTime;
  private int failuresInARow;
  private long openedAt;
  private boolean probing;

  CircuitBreaker(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether a call may leave; true obliges the caller to report its outcome. */
  synchronized boolean tryEnter() {
    if (failuresInARow < FAILURES) {
      return true;
    }
    if (probing || nanoTime.getAsLong() - openedAt < OPEN_NANOS) {
      return false;
    }
    probing = true;
    return true;
  }

  synchronized void succeeded() {
    failuresInARow = 0;
    probing = false;
  }

  synchronized void failed() {
    failuresInARow = Math.min(failuresInARow + 1, FAILURES);
    openedAt = nanoTime.getAsLong();
    probing = false;
  }

  /**
   * The call ended without telling anything about the orchestrator, by interruption for example.
   */
  synchronized void abandoned() {
    probing = false;
  }
}
