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
    final List<Fragment> evict = new ArrayList<>(0);

    Tick(long number) {
      this.number = number;
    }
  }

  private final TreeMap<Long, Tick> ticks = new TreeMap<>();
  private final @Nullable Tick[] lastAsked = new Tick[RING];

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

  /** That second's, or null. */
  @Nullable Tick find(long number) {
    return ticks.get(number);
  }

  private static int place(long number) {
    return (int) number & (RING - 1);
  }
}
