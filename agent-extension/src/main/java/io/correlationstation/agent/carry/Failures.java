// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Where every entry point of the extension leaves what it caught, so that the application never
 * sees it: a counter always, a log line with stack trace at most once a minute per hook.
 *
 * <p>Depends on nothing of the extension, because anything of it may be what failed.
 */
public final class Failures {

  private static final Logger logger = Logger.getLogger(Failures.class.getName());
  private static final long QUIET_NANOS = 60_000_000_000L;
  private static final Failures ofThisJvm = new Failures(System::nanoTime);

  private final LongSupplier nanoTime;
  private final Map<String, Hook> hooks = new ConcurrentHashMap<>();

  Failures(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Records a failure of a hook, such as {@code extract}; names are few and fixed. Never throws.
   */
  public static void record(String hook, Throwable failure) {
    try {
      if (ofThisJvm.mayLog(hook)) {
        logger.log(
            Level.WARNING, "correlation: " + hook + " failed; the application goes on", failure);
      }
    } catch (Throwable ignored) {
      // nothing is left to tell it to
    }
  }

  static void show(ObservableLongMeasurement out) {
    ofThisJvm.hooks.forEach(
        (name, hook) -> out.record(hook.count(), Attributes.builder().put("hook", name).build()));
  }

  /** Counts a failure and says whether it is the first of its hook for a minute. */
  boolean mayLog(String hook) {
    return hooks.computeIfAbsent(hook, unused -> new Hook()).countAndMayLog(nanoTime.getAsLong());
  }

  private static final class Hook {

    private long count;
    private long quietUntil;

    synchronized boolean countAndMayLog(long now) {
      boolean quiet = count++ > 0 && now - quietUntil < 0;
      if (!quiet) {
        quietUntil = now + QUIET_NANOS;
      }
      return !quiet;
    }

    synchronized long count() {
      return count;
    }
  }
}
