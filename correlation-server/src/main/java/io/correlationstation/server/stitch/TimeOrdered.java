// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;

/**
 * Items ordered by time and then by arrival in canonical order; appending the newest is O(1),
 * finding a time O(log n), dropping the oldest amortised O(1).
 *
 * <p>A hot key's list is long but never scanned whole.
 */
final class TimeOrdered<T extends TimeOrdered.Timed> implements Copied {

  /** Something that has its place in time. */
  interface Timed {
    long timeNanos();
  }

  private static final Timed[] NONE = {};

  /** What goes is nearly always among so many of the oldest: found without a look at a time. */
  private static final int NEAR = 32;

  /** Steps from a guess that lies too early. */
  private static final int STRIDE = 16;

  @Part private Timed[] items = NONE;
  private int from;
  private int to;

  @Override
  public void copyTo(FieldSink out) {
    out.put(from);
    out.part(items);
    out.put(to);
  }

  int size() {
    return to - from;
  }

  boolean isEmpty() {
    return from == to;
  }

  @SuppressWarnings("unchecked") // only add() puts items in
  T get(int index) {
    return (T) items[from + index];
  }

  void add(T item) {
    if (to == items.length) {
      makeRoom();
    }
    int at = to;
    long time = item.timeNanos();
    if (at > from && items[at - 1].timeNanos() > time) {
      at = from + firstAfter(time);
      System.arraycopy(items, at, items, at + 1, to - at);
    }
    items[at] = item;
    to++;
  }

  private void makeRoom() {
    int size = size();
    Timed[] target = items;
    if (size >= items.length - (items.length >> 2)) {
      target = new Timed[(size + (size >> 1) + 2) & ~1]; // an odd place more would be padding
    }
    System.arraycopy(items, from, target, 0, size);
    Arrays.fill(target, size, target.length, null);
    items = target;
    from = 0;
    to = size;
  }

  /** Index of the first item at or after a time; sooner found the closer it is to the newest. */
  int firstAtOrAfter(long nanos) {
    return firstAtOrAfter(nanos, to);
  }

  /** Index of the first item after a time; sooner found the less it lies before a guess. */
  int firstAfter(long nanos, int guess) {
    int high = from + Math.min(guess, size());
    while (high < to && items[high].timeNanos() <= nanos) {
      high = Math.min(to, high + STRIDE);
    }
    return firstAtOrAfter(nanos + 1, high);
  }

  private int firstAtOrAfter(long nanos, int end) {
    int high = end;
    int step = 1;
    while (high - step >= from && items[high - step].timeNanos() >= nanos) {
      high -= step;
      step <<= 1;
    }
    int low = Math.max(from, high - step + 1);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (items[middle].timeNanos() < nanos) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - from;
  }

  /** Index of the first item after a time. */
  int firstAfter(long nanos) {
    return nanos == Long.MAX_VALUE ? size() : firstAtOrAfter(nanos + 1);
  }

  /** Drops the oldest. */
  void removeFirst() {
    items[from++] = null;
    if (from == to) {
      from = 0;
      to = 0;
      if (items.length > 8) {
        items = NONE;
      }
    }
  }

  boolean remove(T item) {
    int near = Math.min(to, from + NEAR);
    for (int i = from; i < near; i++) {
      if (items[i] == item) {
        removeAt(i);
        return true;
      }
    }
    for (int i = firstAtOrAfter(item.timeNanos()) + from; i < to; i++) {
      if (items[i] == item) {
        removeAt(i);
        return true;
      }
      if (items[i].timeNanos() > item.timeNanos()) {
        return false;
      }
    }
    return false;
  }

  private void removeAt(int index) {
    if (index - from < to - index) {
      System.arraycopy(items, from, items, from + 1, index - from);
      removeFirst();
    } else {
      System.arraycopy(items, index + 1, items, index, to - index - 1);
      items[--to] = null;
    }
  }
}
