// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Lets one collector at a time run on a circuit, first come first served, as a resource lock of the
 * orchestrator does. Thread-safe; a circuit nobody waits for costs nothing.
 *
 * <p>Two collectors of a circuit are at least {@link #GAP} apart, so that they also are in the
 * orchestration trace, whose times are whole seconds.
 */
final class CollectorLocks {

  static final Duration GAP = Duration.ofSeconds(2);

  private final InstantSource clock;
  private final Pause pause;
  private final Map<String, Lock> locks = new HashMap<>();

  CollectorLocks(InstantSource clock, Pause pause) {
    this.clock = clock;
    this.pause = pause;
  }

  /** Waits for the circuit; the caller closes what it gets. */
  Held acquire(String circuitId) throws InterruptedException {
    Lock lock = enter(circuitId);
    boolean acquired = false;
    try {
      lock.permit.acquire();
      acquired = true;
      waitForGap(lock);
      return () -> leave(circuitId, lock, true);
    } catch (InterruptedException e) {
      leave(circuitId, lock, acquired);
      throw e;
    }
  }

  private void waitForGap(Lock lock) throws InterruptedException {
    Instant lastRelease = lock.lastRelease;
    if (lastRelease == null) {
      return;
    }
    Duration rest = Duration.between(clock.instant(), lastRelease.plus(GAP));
    if (!rest.isNegative() && !rest.isZero()) {
      pause.of(rest);
    }
  }

  private synchronized Lock enter(String circuitId) {
    locks.values().removeIf(lock -> lock.users == 0 && lock.idleLongerThan(GAP, clock.instant()));
    Lock lock = locks.computeIfAbsent(circuitId, key -> new Lock());
    lock.users++;
    return lock;
  }

  private synchronized void leave(String circuitId, Lock lock, boolean acquired) {
    lock.users--;
    if (acquired) {
      lock.lastRelease = clock.instant();
      lock.permit.release();
    }
  }

  /** A circuit held by one collector. */
  @FunctionalInterface
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  private static final class Lock {
    private final Semaphore permit = new Semaphore(1, true);
    private int users;
    private volatile @Nullable Instant lastRelease;

    private boolean idleLongerThan(Duration gap, Instant now) {
      Instant released = lastRelease;
      return released == null || released.plus(gap).isBefore(now);
    }
  }
}
