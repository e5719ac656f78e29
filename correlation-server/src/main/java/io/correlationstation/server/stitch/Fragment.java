// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What arrived under one trace id. */
final class Fragment {

  private static final long[] NO_IDS = {};

  /** Place of one that is no longer held. */
  private static final int EVICTED = -1;

  final long traceHigh;
  final long traceLow;
  KeySet keySet = KeySet.EMPTY;

  /** A bit for each strong key it carries, unless all its values are quarantined. */
  int strongKeys;

  /** Spans that may have called out, and roots, each the newest of a list. */
  @Nullable Exit exits;

  @Nullable Child children;

  /** {@link FragmentSpans} until it is settled, then their ids: {@code long[]}. */
  private Object spans = new FragmentSpans();

  /** What is wanted of all its spans together that show no calls, by child type. */
  private @Nullable SlotOfType slots;

  /** Neighbours in order of age. */
  @Nullable Fragment older;

  @Nullable Fragment newer;

  long touchedNanos;

  /** When its time is over, and its place among those whose time is over then. */
  long evictTick;

  int evictIndex;

  Fragment(long traceHigh, long traceLow) {
    this.traceHigh = traceHigh;
    this.traceLow = traceLow;
  }

  KeyValue[] keys() {
    return keySet.values;
  }

  /** Adds a key; false when it was known. A key seen on the trace itself replaces a derived one. */
  boolean addKey(KeyValue value, @Nullable Object by) {
    int known = keySet.indexOf(value);
    if (known < 0) {
      keySet = keySet.with(value, by);
    } else if (by == null) {
      keySet = keySet.seen(known);
    }
    return known < 0;
  }

  /** Its spans as they lie under one another; null once settled. */
  @Nullable FragmentSpans spans() {
    return spans instanceof FragmentSpans tree ? tree : null;
  }

  int spanCount() {
    return spans instanceof FragmentSpans tree ? tree.count() : settledIds().length;
  }

  private long[] settledIds() {
    return (long[]) spans;
  }

  boolean hasSpan(long id) {
    if (spans instanceof FragmentSpans tree) {
      return tree.indexOf(id) >= 0;
    }
    for (long known : settledIds()) {
      if (known == id) {
        return true;
      }
    }
    return false;
  }

  /** A span that came after the trace was settled. */
  void addSettled(long id) {
    long[] before = settledIds();
    long[] ids = Arrays.copyOf(before, before.length + 1);
    ids[before.length] = id;
    spans = ids;
  }

  /**
   * Forgets all of its spans but the ids, by which one that comes again is known. A span that comes
   * later still is no longer related to these. Large traces stay as they are.
   */
  void settle() {
    if (spans instanceof FragmentSpans tree && !tree.large()) {
      spans = tree.ids();
    }
  }

  /** Forgets its spans altogether. */
  void letGo() {
    spans = NO_IDS;
  }

  /** It is no longer held. */
  void evict() {
    evictIndex = EVICTED;
  }

  boolean evicted() {
    return evictIndex == EVICTED;
  }

  Slot slot(ChildType child) {
    SlotOfType slot = SlotOfType.find(slots, child);
    if (slot == null) {
      slot = new SlotOfType(child, slots, null);
      slots = slot;
    }
    return slot;
  }

  /** Whether it carries a key by which a parent or a child could be told. */
  boolean keyed() {
    return strongKeys != 0;
  }

  boolean hasKey(int key) {
    return keySet.hasKey(key);
  }

  /** A key of this origin, taken out again; null when there is none. */
  @Nullable KeyValue removeDerived(Object origin) {
    int index = keySet.derivedBy(origin);
    if (index < 0) {
      return null;
    }
    KeyValue removed = keySet.values[index];
    keySet = keySet.without(index);
    return removed;
  }
}
