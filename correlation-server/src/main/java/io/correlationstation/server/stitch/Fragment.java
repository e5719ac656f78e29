// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What arrived under one trace id. */
final class Fragment {

  private static final KeyValue[] NO_KEYS = {};

  final long traceHigh;
  final long traceLow;
  KeyValue[] keys = NO_KEYS;

  /**
   * How each key came: null for seen on the trace, else the {@link AliasEdge} or the linked {@link
   * Child} that brought it.
   */
  @Nullable Object[] via = {};

  final List<Exit> exits = new ArrayList<>(2);
  final List<Child> children = new ArrayList<>(1);

  /** Ids, parents and services of the spans; dropped when the fragment has settled. */
  long[] spanIds = new long[4];

  long[] parentIds = new long[4];
  long[] startNanos = new long[4];
  long[] endNanos = new long[4];
  Service[] services = new Service[4];
  @Nullable ChildType[] entries = new ChildType[4];
  int spanCount;

  /** What is wanted of all its spans together that show no calls, by child type. */
  private @Nullable Slot slots;

  long touchedNanos;
  long evictTick;
  boolean evicted;

  Fragment(long traceHigh, long traceLow) {
    this.traceHigh = traceHigh;
    this.traceLow = traceLow;
  }

  int indexOf(long spanId) {
    for (int i = 0; i < spanCount; i++) {
      if (spanIds[i] == spanId) {
        return i;
      }
    }
    return -1;
  }

  int addSpan(PendingSpan span, @Nullable ChildType entry) {
    if (spanCount == spanIds.length) {
      int size = spanCount * 2;
      spanIds = Arrays.copyOf(spanIds, size);
      parentIds = Arrays.copyOf(parentIds, size);
      startNanos = Arrays.copyOf(startNanos, size);
      endNanos = Arrays.copyOf(endNanos, size);
      services = Arrays.copyOf(services, size);
      entries = Arrays.copyOf(entries, size);
    }
    spanIds[spanCount] = span.spanId;
    parentIds[spanCount] = span.parentId;
    startNanos[spanCount] = span.startNanos;
    endNanos[spanCount] = span.endNanos;
    services[spanCount] = span.service;
    entries[spanCount] = entry;
    return spanCount++;
  }

  @Nullable Exit exit(long spanId) {
    for (Exit exit : exits) {
      if (exit.spanId == spanId) {
        return exit;
      }
    }
    return null;
  }

  /** Adds a key; false when it was known. A key seen on the trace itself replaces a derived one. */
  boolean addKey(KeyValue value, @Nullable Object by) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] == value) {
        if (by == null) {
          via[i] = null;
        }
        return false;
      }
    }
    keys = Arrays.copyOf(keys, keys.length + 1);
    via = Arrays.copyOf(via, via.length + 1);
    keys[keys.length - 1] = value;
    via[via.length - 1] = by;
    return true;
  }

  Slot slot(ChildType child) {
    Slot slot = Slot.find(slots, child);
    if (slot == null) {
      slot = new Slot(child, slots, null);
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
    for (int i = 0; i < keys.length; i++) {
      if (via[i] == origin) {
        KeyValue removed = keys[i];
        int last = keys.length - 1;
        keys[i] = keys[last];
        via[i] = via[last];
        keys = Arrays.copyOf(keys, last);
        via = Arrays.copyOf(via, last);
        return removed;
      }
    }
    return null;
  }
}
