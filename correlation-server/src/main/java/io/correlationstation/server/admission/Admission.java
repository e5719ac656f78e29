// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.admission;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which traces a reader takes up: every one that concerns a circuit, which the reader sees by a key
 * on it or otherwise; of the others as many as a small server sees.
 *
 * <p>A busy server handles thousands of traces a second that concern no circuit; to store or to
 * stitch each of them costs many times what reading them costs. Beyond a number a second they are
 * passed over. A trace that turns out to concern a circuit later is admitted then, and {@link
 * #takeMissed} says which frames hold what was passed over of it, as far back as that is
 * remembered.
 *
 * <p>Time is that of the frames, so that reading them again decides the same. Memory: 16 bytes for
 * each trace admitted and 32 for each pair of frame and trace passed over, both bounded. Not
 * thread-safe.
 */
public final class Admission {

  private static final int LATELY = 1 << 9;

  private final long nanosPerOther;
  private final long othersAtOnce;
  private final int maxKnown;
  private final int minRemembered;

  private TraceSet admitted = new TraceSet();
  private TraceSet admittedBefore = new TraceSet();
  private PassedOver passedOver;
  private Map<Long, TraceSet> missed = new HashMap<>();

  /** Traces passed over of late and frames noted for them: a trace has many spans in a frame. */
  private final long[] latelyPassed = new long[LATELY];

  private final long[] latelyNoted = new long[LATELY];
  private final long[] latelyNotedIn = new long[LATELY];

  /** Until when the time of the frames is spent: each trace takes its share of a second. */
  private long spentUntilNanos;

  private boolean admittedNow;

  /**
   * @param othersPerSecond traces that concern no circuit and are admitted all the same; 0 for all
   * @param othersAtOnce how many of them before that rate holds
   * @param maxKnown traces known as admitted after which {@link #full} says so
   * @param minRemembered pairs of frame and trace passed over that are remembered
   */
  public Admission(int othersPerSecond, int othersAtOnce, int maxKnown, int minRemembered) {
    this.nanosPerOther = othersPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / othersPerSecond;
    this.othersAtOnce = othersAtOnce;
    this.maxKnown = maxKnown;
    this.minRemembered = minRemembered;
    this.passedOver = new PassedOver(minRemembered);
  }

  /** Admits every trace. */
  public static Admission open() {
    return new Admission(0, 0, 0, 0);
  }

  /** A trace id in 64 bits, spread evenly also when its maker only counts; enough to tell apart. */
  public static long hash(long traceIdHigh, long traceIdLow) {
    long mixed = traceIdHigh * 0x9E3779B97F4A7C15L ^ traceIdLow;
    mixed = (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L;
    return mixed ^ mixed >>> 32;
  }

  /**
   * The same of a trace id as text.
   *
   * @param traceId 32 hexadecimal digits
   */
  public static long hash(String traceId) {
    return hash(
        Long.parseUnsignedLong(traceId, 0, 16, 16), Long.parseUnsignedLong(traceId, 16, 32, 16));
  }

  /**
   * Whether the reader takes up what a frame says of the trace.
   *
   * @param concerned whether it shows that the trace concerns a circuit
   * @param nowNanos when the frame was received
   */
  public boolean admits(long trace, boolean concerned, long nowNanos) {
    admittedNow = false;
    int lately = (int) trace & LATELY - 1;
    if (!concerned && latelyPassed[lately] == trace && trace != 0) {
      return false;
    }
    if (knows(trace)) {
      return true;
    }
    if (concerned) {
      admit(trace);
      admittedNow = true;
      return true;
    }
    if (passedOver.contains(trace) || !allowed(nowNanos)) {
      latelyPassed[lately] = trace;
      return false;
    }
    admitted.add(trace);
    admittedNow = true;
    return true;
  }

  /** Whether the trace that was asked for last by {@link #admits} was not admitted before. */
  public boolean admittedNow() {
    return admittedNow;
  }

  /** Whether the trace is admitted already. */
  public boolean knows(long trace) {
    return nanosPerOther == 0 || admitted.contains(trace) || admittedBefore.contains(trace);
  }

  /** Admits a trace; what was passed over of it is then {@link #takeMissed}. */
  public void admit(long trace) {
    if (knows(trace)) {
      return;
    }
    latelyPassed[(int) trace & LATELY - 1] = 0;
    admitted.add(trace);
    for (long sequence : passedOver.frames(trace)) {
      missed.computeIfAbsent(sequence, ignored -> new TraceSet()).add(trace);
    }
  }

  private boolean allowed(long nowNanos) {
    long free = Math.max(spentUntilNanos, nowNanos - othersAtOnce * nanosPerOther);
    if (free + nanosPerOther > nowNanos) {
      return false;
    }
    spentUntilNanos = free + nanosPerOther;
    return true;
  }

  /**
   * Takes note that a frame holds something of a trace that is not admitted.
   *
   * @return false when that was known
   */
  public boolean passOver(long trace, long sequence) {
    int lately = (int) trace & LATELY - 1;
    if (latelyNoted[lately] == trace && latelyNotedIn[lately] == sequence + 1) {
      return false;
    }
    latelyNoted[lately] = trace;
    latelyNotedIn[lately] = sequence + 1;
    return passedOver.note(trace, sequence);
  }

  /** Frames to be read again, and for which traces; empty afterwards. */
  public Map<Long, TraceSet> takeMissed() {
    Map<Long, TraceSet> taken = missed;
    missed = taken.isEmpty() ? taken : new HashMap<>();
    return taken;
  }

  /** Whether so many are known as admitted that it is time to forget some. */
  public boolean full() {
    return admitted.size() > maxKnown;
  }

  /** Forgets the older half of the traces that were admitted, half of {@code maxKnown} and more. */
  public void forgetOlder() {
    admittedBefore = admitted;
    admitted = new TraceSet();
  }

  /** Forgets everything, to be told again. */
  public void startOver() {
    admitted = new TraceSet();
    admittedBefore = new TraceSet();
    passedOver = new PassedOver(minRemembered);
    missed = new HashMap<>();
    Arrays.fill(latelyPassed, 0);
    Arrays.fill(latelyNotedIn, 0);
  }
}
