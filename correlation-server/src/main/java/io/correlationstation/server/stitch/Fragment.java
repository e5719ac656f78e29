// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What arrived under one trace id. */
final class Fragment {

  private static final KeyValue[] NO_KEYS = {};
  private static final @Nullable Object[] SEEN = {};
  private static final long[] NO_IDS = {};

  final long traceHigh;
  final long traceLow;
  KeyValue[] keys = NO_KEYS;

  /** A bit for each strong key it carries, unless all its values are quarantined. */
  int strongKeys;

  /** Origins of the keys from the first on that was not seen on the trace itself. */
  private @Nullable Object[] via = SEEN;

  /** Spans that may have called out, and roots, each the newest of a list. */
  @Nullable Exit exits;

  @Nullable Child children;

  /** Null once settled. */
  @Nullable FragmentSpans spans = new FragmentSpans();

  private long[] settledIds = NO_IDS;

  /** What is wanted of all its spans together that show no calls, by child type. */
  private @Nullable SlotOfType slots;

  /** Neighbours in order of age. */
  @Nullable Fragment older;

  @Nullable Fragment newer;

  long touchedNanos;

  /** When its time is over, and its place among those whose time is over then. */
  long evictTick;

  int evictIndex;
  boolean evicted;

  /** Result of the last comparison of keys, and for which search it was made. */
  int comparedIn;

  float comparedLog;

  float comparedFactor;
  byte comparedKey;

  Fragment(long traceHigh, long traceLow) {
    this.traceHigh = traceHigh;
    this.traceLow = traceLow;
  }

  /**
   * How a key came: null for seen on the trace, else the {@link AliasEdge} or the linked {@link
   * Child} that brought it.
   */
  @Nullable Object via(int index) {
    return index < via.length ? via[index] : null;
  }

  private void setVia(int index, @Nullable Object by) {
    if (index < via.length) {
      via[index] = by;
    } else if (by != null) {
      via = Arrays.copyOf(via, index + 1);
      via[index] = by;
    }
  }

  /** Adds a key; false when it was known. A key seen on the trace itself replaces a derived one. */
  boolean addKey(KeyValue value, @Nullable Object by) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] == value) {
        if (by == null) {
          setVia(i, null);
        }
        return false;
      }
    }
    keys = Arrays.copyOf(keys, keys.length + 1);
    keys[keys.length - 1] = value;
    setVia(keys.length - 1, by);
    return true;
  }

  int spanCount() {
    return spans == null ? settledIds.length : spans.count();
  }

  boolean hasSpan(long id) {
    if (spans != null) {
      return spans.indexOf(id) >= 0;
    }
    for (long known : settledIds) {
      if (known == id) {
        return true;
      }
    }
    return false;
  }

  /** A span that came after the trace was settled. */
  void addSettled(long id) {
    settledIds = Arrays.copyOf(settledIds, settledIds.length + 1);
    settledIds[settledIds.length - 1] = id;
  }

  /**
   * Forgets all of its spans but the ids, by which one that comes again is known. A span that comes
   * later still is no longer related to these. Large traces stay as they are.
   */
  void settle() {
    if (spans != null && !spans.large()) {
      settledIds = spans.ids();
      spans = null;
    }
  }

  /** Forgets its spans altogether. */
  void letGo() {
    settledIds = NO_IDS;
    spans = null;
  }

  Slot slot(ChildType child) {
    SlotOfType slot = SlotOfType.find(slots, child);
    if (slot == null) {
      slot = new SlotOfType(child, slots, null);
      slots = slot;
    }
    return slot;
  }

  boolean hasKey(int key) {
    for (KeyValue value : keys) {
      if (value.key == key) {
        return true;
      }
    }
    return false;
  }

  /** A key of this origin, taken out again; null when there is none. */
  @Nullable KeyValue removeDerived(Object origin) {
    for (int i = 0; i < via.length; i++) {
      if (via[i] == origin) {
        KeyValue removed = keys[i];
        int last = keys.length - 1;
        keys[i] = keys[last];
        setVia(i, via(last));
        setVia(last, null);
        keys = Arrays.copyOf(keys, last);
        return removed;
      }
    }
    return null;
  }
}
