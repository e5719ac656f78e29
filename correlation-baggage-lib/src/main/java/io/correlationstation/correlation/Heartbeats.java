// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gives signs of life of activities that are open: the first one after an interval, the next after
 * twice that, and so on up to a minute, so that a step of a day costs about 1 440 records.
 *
 * <p>Owner of the thread {@code correlation-heartbeat}, which exists while something is open. An
 * activity that was forgotten without a close is held weakly: its signs of life end when it is
 * collected, and it counts as lost then, which it is.
 *
 * <p>The interval is {@code CORRELATION_HEARTBEAT_SECONDS} (or the property {@code
 * correlation.heartbeat.seconds}), 10 by default; 0 turns the signs of life off.
 */
final class Heartbeats {

  private static final Logger logger = Logger.getLogger(Heartbeats.class.getName());
  private static final Duration MAX_GAP = Duration.ofMinutes(1);
  private static final double DEFAULT_SECONDS = 10;

  static final Heartbeats SHARED = new Heartbeats(configured());

  private final Duration firstGap;
  private final Set<Beat> open = ConcurrentHashMap.newKeySet();
  private @Nullable Thread thread;

  Heartbeats(Duration firstGap) {
    this.firstGap = firstGap;
  }

  private static Duration configured() {
    String text =
        System.getProperty(
            "correlation.heartbeat.seconds", System.getenv("CORRELATION_HEARTBEAT_SECONDS"));
    double seconds = DEFAULT_SECONDS;
    if (text != null && !text.isEmpty()) {
      try {
        seconds = Math.max(0, Double.parseDouble(text));
      } catch (NumberFormatException e) {
        logger.warning(
            "CORRELATION_HEARTBEAT_SECONDS is not a number: " + text + "; it is " + seconds);
      }
    }
    return Duration.ofMillis(Math.round(seconds * 1000));
  }

  /** How long after its start an activity gives the first sign of life; zero for never. */
  Duration firstGap() {
    return firstGap;
  }

  /** Returns what to hand to {@link #remove} at the end, or null when there are no heartbeats. */
  @Nullable Beat add(Activity activity) {
    if (firstGap.isZero()) {
      return null;
    }
    Beat beat = new Beat(activity, firstGap);
    open.add(beat);
    ensureThread();
    return beat;
  }

  void remove(@Nullable Beat beat) {
    if (beat != null) {
      open.remove(beat);
    }
  }

  /** Ends all that is open as FAILED: the process is about to. */
  void failAll(String reason) {
    for (Beat beat : open) {
      Activity activity = beat.get();
      if (activity != null) {
        activity.abandon(reason);
      }
    }
  }

  private synchronized void ensureThread() {
    if (thread == null) {
      thread = new Thread(this::run, "correlation-heartbeat");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void run() {
    try {
      do {
        pause();
        beatAll();
      } while (!endWhenIdle());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      forgetThread();
    }
  }

  private synchronized void forgetThread() {
    if (thread == Thread.currentThread()) {
      thread = null;
    }
  }

  private synchronized void pause() throws InterruptedException {
    wait(Math.max(1, firstGap.toMillis() / 2)); // nobody notifies: it is a pause
  }

  private synchronized boolean endWhenIdle() {
    if (!open.isEmpty()) {
      return false;
    }
    thread = null;
    return true;
  }

  private void beatAll() {
    long now = System.nanoTime();
    for (Beat beat : open) {
      Activity activity = beat.get();
      if (activity == null) {
        open.remove(beat);
      } else if (beat.isDue(now)) {
        tell(activity, beat.next(now));
      }
    }
  }

  private static void tell(Activity activity, Duration nextWithin) {
    try {
      activity.beat(nextWithin);
    } catch (RuntimeException e) { // of a log processor; the next one may get through
      logger.log(Level.FINE, "A heartbeat could not be told", e);
    }
  }

  /** When an activity has to give its next sign of life. */
  static final class Beat extends WeakReference<Activity> {

    private Duration gap;
    private long dueNanos;

    private Beat(Activity activity, Duration gap) {
      super(activity);
      this.gap = gap;
      this.dueNanos = System.nanoTime() + gap.toNanos();
    }

    private boolean isDue(long nanos) {
      return nanos - dueNanos >= 0;
    }

    /** Moves on; returns how long it is to the one after this. */
    private Duration next(long nanos) {
      if (gap.compareTo(MAX_GAP) < 0) { // a longer first gap stays as it is
        Duration doubled = gap.multipliedBy(2);
        gap = doubled.compareTo(MAX_GAP) < 0 ? doubled : MAX_GAP;
      }
      dueNanos = nanos + gap.toNanos();
      return gap;
    }
  }
}
