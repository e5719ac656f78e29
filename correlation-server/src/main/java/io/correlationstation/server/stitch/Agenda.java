// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done when, by second of event time (a tick).
 *
 * <p>A tree keeps the order; the ticks that are asked for all the time, by every span that comes,
 * are found in a ring of the last asked.
 */
final class Agenda {

  /** A power of two; longer than a trace is held, unless sources are polled. */
  private static final int RING = 128;

  /** What is to be done in one second of event time. */
  static final class Tick {
    final long number;
    final List<PendingSpan> spans = new ArrayList<>(0);
    final List<PendingSighting> sightings = new ArrayList<>(0);
    final List<Child> search = new ArrayList<>(0);
    final List<Child> decide = new ArrayList<>(0);

    /** Traces whose time is over then; null where one was let go before. */
    private final List<@Nullable Fragment> evict = new ArrayList<>(0);

    private int evictedBefore;

    Tick(long number) {
      this.number = number;
    }

    /** All traces that are still to be let go, once its time has come. */
    List<Fragment> due() {
      return evict.subList(evictedBefore, evict.size());
    }

    /** The next trace to let go, before its time; null when there is none left. */
    private @Nullable Fragment takeDue() {
      return evictedBefore == evict.size() ? null : evict.set(evictedBefore++, null);
    }
  }

  private final TreeMap<Long, Tick> ticks = new TreeMap<>();
  private final @Nullable Tick[] lastAsked = new Tick[RING];

  /** No trace's time is over in an earlier second. */
  private long firstDue = Long.MAX_VALUE;

  boolean isEmpty() {
    return ticks.isEmpty();
  }

  /** The earliest second there is something to do in; only when not empty. */
  long first() {
    return ticks.firstKey();
  }

  /** Only when not empty. */
  Tick takeFirst() {
    Tick first = ticks.pollFirstEntry().getValue();
    int place = place(first.number);
    if (lastAsked[place] == first) {
      lastAsked[place] = null;
    }
    return first;
  }

  /** That second's, made when there was nothing to do in it. */
  Tick at(long number) {
    int place = place(number);
    Tick asked = lastAsked[place];
    if (asked == null || asked.number != number) {
      asked = ticks.computeIfAbsent(number, Tick::new);
      lastAsked[place] = asked;
    }
    return asked;
  }

  /** Holds a trace until that second is over. */
  void keep(Fragment fragment, long until) {
    at(until).evict.add(fragment);
    firstDue = Math.min(firstDue, until);
  }

  /** The trace whose time is over first, before its time; null when none is held. */
  @Nullable Fragment takeFirstDue() {
    for (Tick tick : ticks.tailMap(firstDue).values()) {
      Fragment first = tick.takeDue();
      if (first != null) {
        firstDue = tick.number;
        return first;
      }
    }
    return null;
  }

  private static int place(long number) {
    return (int) number & (RING - 1);
  }
}
