// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Which traces the store keeps as fragments: every one that concerns a circuit, that is, has a key,
 * belongs to a workflow or is at the end of a handoff; of the others as many as a small server
 * sees.
 *
 * <p>A busy server handles thousands of traces a second that concern no circuit; a row for each
 * would cost a hundred times what reading them costs. Beyond {@value #OTHERS_PER_SECOND} a second
 * (after the first {@value #OTHERS_AT_ONCE}) they are passed over: listed nowhere, found by their
 * trace id alone. A trace that turns out to concern a circuit later is admitted then, with what was
 * passed over of it as far back as {@link PassedOver} remembers.
 *
 * <p>Time is that of the frames, so that reading them again decides the same. Not thread-safe.
 */
class Admission {

  static final int OTHERS_PER_SECOND = 50;
  static final int OTHERS_AT_ONCE = 10_000;

  private static final long NANOS_PER_OTHER = TimeUnit.SECONDS.toNanos(1) / OTHERS_PER_SECOND;

  private final int maxKnown;
  private LongSet admitted = new LongSet();
  private PassedOver passedOver = new PassedOver();
  private Map<Long, LongSet> missed = new HashMap<>();

  /** Until when the time of the frames is spent: each trace takes its share of a second. */
  private long spentUntilNanos;

  /**
   * @param maxKnown traces known as admitted after which {@link #full} asks to start over
   */
  Admission(int maxKnown) {
    this.maxKnown = maxKnown;
  }

  /** Admits everything: for reading what is already decided. */
  static Admission open() {
    return new Admission(Integer.MAX_VALUE) {
      @Override
      boolean admits(long trace, boolean concerned, long nowNanos) {
        return true;
      }
    };
  }

  /** A trace id in 64 bits, spread evenly also when its maker only counts; enough to tell apart. */
  static long hash(long traceIdHigh, long traceIdLow) {
    long mixed = traceIdHigh * 0x9E3779B97F4A7C15L ^ traceIdLow;
    mixed = (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L;
    return mixed ^ mixed >>> 32;
  }

  static long hash(String traceId) {
    return hash(
        Long.parseUnsignedLong(traceId, 0, 16, 16), Long.parseUnsignedLong(traceId, 16, 32, 16));
  }

  /**
   * Whether what a frame says of the trace goes into the store.
   *
   * @param concerned whether it shows that the trace concerns a circuit
   * @param nowNanos when the frame was received
   */
  boolean admits(long trace, boolean concerned, long nowNanos) {
    if (admitted.contains(trace)) {
      return true;
    }
    if (concerned) {
      admit(trace);
      return true;
    }
    if (passedOver.contains(trace) || !allowed(nowNanos)) {
      return false;
    }
    admitted.add(trace);
    return true;
  }

  /** Whether the trace is in the store, without a reason to put it there. */
  boolean knows(long trace) {
    return admitted.contains(trace);
  }

  /** Admits a trace; what was passed over of it is then {@link #takeMissed}. */
  void admit(long trace) {
    if (admitted.add(trace)) {
      for (long sequence : passedOver.frames(trace)) {
        missed.computeIfAbsent(sequence, ignored -> new LongSet()).add(trace);
      }
    }
  }

  private boolean allowed(long nowNanos) {
    long free = Math.max(spentUntilNanos, nowNanos - OTHERS_AT_ONCE * NANOS_PER_OTHER);
    if (free + NANOS_PER_OTHER > nowNanos) {
      return false;
    }
    spentUntilNanos = free + NANOS_PER_OTHER;
    return true;
  }

  /**
   * Takes note that a frame holds something of a trace that is not admitted.
   *
   * @return false when that was known
   */
  boolean passOver(long trace, long sequence) {
    return passedOver.note(trace, sequence);
  }

  /** Frames to be read again, and for which traces; empty afterwards. */
  Map<Long, LongSet> takeMissed() {
    Map<Long, LongSet> taken = missed;
    missed = taken.isEmpty() ? taken : new HashMap<>();
    return taken;
  }

  /** Whether more is known than can be of use, so that it is time to {@link #startOver}. */
  boolean full() {
    return admitted.size() > maxKnown;
  }

  /** Forgets everything, to be told again what the store holds. */
  void startOver() {
    admitted = new LongSet();
    passedOver = new PassedOver();
    missed = new HashMap<>();
  }
}
