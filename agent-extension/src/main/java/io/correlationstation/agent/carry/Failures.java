// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Where every entry point of the extension leaves what it caught, so that the application never
 * sees it: a counter always, a log line with stack trace at most once a minute per hook.
 */
public final class Failures {

  private static final Logger logger = Logger.getLogger(Failures.class.getName());
  private static final long QUIET_NANOS = 60_000_000_000L;

  private final Counters counters;
  private final LongSupplier nanoTime;
  private final Map<String, AtomicLong> quietUntil = new ConcurrentHashMap<>();

  Failures(Counters counters, LongSupplier nanoTime) {
    this.counters = counters;
    this.nanoTime = nanoTime;
  }

  /**
   * Records a failure of a hook, such as {@code extract}; names are few and fixed. Never throws.
   */
  public void record(String hook, Throwable failure) {
    try {
      counters.failure(hook);
      if (mayLog(hook)) {
        logger.log(
            Level.WARNING, "correlation: " + hook + " failed; the application goes on", failure);
      }
    } catch (Throwable ignored) {
      // nothing is left to tell it to
    }
  }

  private boolean mayLog(String hook) {
    long now = nanoTime.getAsLong();
    AtomicLong quiet = quietUntil.get(hook);
    if (quiet == null) {
      return quietUntil.putIfAbsent(hook, new AtomicLong(now + QUIET_NANOS)) == null;
    }
    long until = quiet.get();
    return now - until >= 0 && quiet.compareAndSet(until, now + QUIET_NANOS);
  }
}
