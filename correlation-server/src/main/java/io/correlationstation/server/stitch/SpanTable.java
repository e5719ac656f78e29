// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one trace: who is whose parent, and which span may have called out.
 *
 * <p>Shape: small traces are scanned; past {@link #SCANNED} spans two hash tables answer, so that
 * adding to a trace of 10 000 spans costs as much as adding to one of 100. About 45 bytes a span.
 */
final class SpanTable {

  /** A trace of so many spans is scanned faster than hashed. */
  private static final int SCANNED = 16;

  private static final int FIELDS = 4;
  private static final int PARENT = 1;
  private static final int START = 2;
  private static final int END = 3;

  private static final int[] NOT_HASHED = {};
  private static final @Nullable Exit[] NO_EXITS = {};
  private static final Service[] NO_SERVICES = {};
  private static final @Nullable ChildType[] NO_ENTRIES = {};

  /** Id, parent, start, end of each span; once settled the ids alone. */
  private long[] numbers = new long[2 * FIELDS];

  private int fields = FIELDS;

  private Service[] services = new Service[2];
  private @Nullable ChildType[] entries = new ChildType[2];
  private @Nullable Exit[] exits = NO_EXITS;
  private int count;

  /** Index + 1 by id, and of the newest child by parent; empty while the trace is small. */
  private int[] byId = NOT_HASHED;

  private int[] newestChild = NOT_HASHED;

  /** Index + 1 of the next older child of the same parent. */
  private int[] olderSibling = NOT_HASHED;

  int count() {
    return count;
  }

  long id(int index) {
    return numbers[index * fields];
  }

  long parentId(int index) {
    return numbers[index * FIELDS + PARENT];
  }

  long startNanos(int index) {
    return numbers[index * FIELDS + START];
  }

  long durationNanos(int index) {
    return numbers[index * FIELDS + END] - startNanos(index);
  }

  Service service(int index) {
    return services[index];
  }

  /** How the span looks to callers; null for one that is itself a call or a step inside. */
  @Nullable ChildType entry(int index) {
    return entries[index];
  }

  @Nullable Exit exit(int index) {
    return index < exits.length ? exits[index] : null;
  }

  void setExit(int index, @Nullable Exit exit) {
    if (fields == 1) {
      return;
    }
    if (index >= exits.length) {
      exits = Arrays.copyOf(exits, services.length);
    }
    exits[index] = exit;
  }

  /**
   * Forgets all but the ids, by which a span that comes again is known. A span that comes later
   * still is no longer related to these. Large traces stay as they are.
   */
  void settle() {
    if (count > SCANNED || fields == 1) {
      return;
    }
    long[] ids = new long[count];
    for (int i = 0; i < count; i++) {
      ids[i] = id(i);
    }
    numbers = ids;
    fields = 1;
    services = NO_SERVICES;
    entries = NO_ENTRIES;
    exits = NO_EXITS;
  }

  int add(PendingSpan span, @Nullable ChildType entry) {
    if (fields == 1) {
      numbers = Arrays.copyOf(numbers, count + 1);
      numbers[count] = span.spanId;
      return count++;
    }
    if (count == services.length) {
      grow(count * 2);
    }
    int at = count * FIELDS;
    numbers[at] = span.spanId;
    numbers[at + PARENT] = span.parentId;
    numbers[at + START] = span.startNanos;
    numbers[at + END] = span.endNanos;
    services[count] = span.service;
    entries[count] = entry;
    if (byId.length > 0) {
      hash(count);
    }
    return count++;
  }

  private void grow(int size) {
    numbers = Arrays.copyOf(numbers, size * FIELDS);
    services = Arrays.copyOf(services, size);
    entries = Arrays.copyOf(entries, size);
    if (size > SCANNED) {
      byId = new int[size * 2];
      newestChild = new int[size * 2];
      olderSibling = new int[size];
      for (int i = 0; i < count; i++) {
        hash(i);
      }
    }
  }

  private void hash(int index) {
    byId[slotOfId(id(index))] = index + 1;
    if (parentId(index) != 0) {
      int slot = slotOfParent(parentId(index));
      olderSibling[index] = newestChild[slot];
      newestChild[slot] = index + 1;
    }
  }

  private int slotOfId(long id) {
    int slot = start(id);
    while (byId[slot] != 0 && id(byId[slot] - 1) != id) {
      slot = (slot + 1) & (byId.length - 1);
    }
    return slot;
  }

  private int slotOfParent(long parent) {
    int slot = start(parent);
    while (newestChild[slot] != 0 && parentId(newestChild[slot] - 1) != parent) {
      slot = (slot + 1) & (newestChild.length - 1);
    }
    return slot;
  }

  private int start(long id) {
    return (int) (id * 0x9E3779B97F4A7C15L >>> 33) & (byId.length - 1);
  }

  /** Index of a span, or -1. */
  int indexOf(long id) {
    if (byId.length > 0) {
      return byId[slotOfId(id)] - 1;
    }
    for (int i = 0; i < count; i++) {
      if (id(i) == id) {
        return i;
      }
    }
    return -1;
  }

  /** Index of a child of this span, or -1. */
  int firstChild(long id) {
    return byId.length > 0 ? newestChild[slotOfParent(id)] - 1 : childBefore(count, id);
  }

  /** Another child of the same parent after this one, or -1. */
  int nextChild(int index) {
    return byId.length > 0 ? olderSibling[index] - 1 : childBefore(index, parentId(index));
  }

  private int childBefore(int end, long parent) {
    if (fields == 1) {
      return -1;
    }
    for (int i = end - 1; i >= 0; i--) {
      if (parentId(i) == parent) {
        return i;
      }
    }
    return -1;
  }
}
