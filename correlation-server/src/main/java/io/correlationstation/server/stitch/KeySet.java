// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a trace, in the order in which it got them, and how each came.
 *
 * <p>Never changes but for what is remembered of comparisons, so that traces which came by the same
 * keys in the same way share one: a set knows the set that one key more last made of it, and a
 * value the set of it alone. A trace that gets its keys otherwise has a set of its own, which costs
 * memory and nothing else.
 */
final class KeySet {

  private static final KeyValue[] NO_VALUES = {};
  private static final @Nullable Object[] ALL_SEEN = {};

  /** Of a trace without keys. */
  static final KeySet EMPTY = new KeySet(NO_VALUES, ALL_SEEN);

  /** Never written to. */
  @Part final KeyValue[] values;

  /** Origins of the keys up to the last that was not seen on the trace itself. */
  @Part private final @Nullable Object[] via;

  /** What one key more last made of it. */
  private @Nullable KeySet extended;

  /** Result of the last comparison, and for which search it was made; {@link #EMPTY}'s stays. */
  int comparedIn;

  float comparedLog;
  float comparedFactor = 1;
  byte comparedKey = -1;

  private KeySet(KeyValue[] values, @Nullable Object[] via) {
    this.values = values;
    this.via = via;
  }

  boolean isEmpty() {
    return values.length == 0;
  }

  /**
   * How a key came: null for seen on the trace, else the {@link AliasEdge} or the linked {@link
   * Child} that brought it.
   */
  @Nullable Object via(int index) {
    return index < via.length ? via[index] : null;
  }

  /** Index of a value, or -1. */
  int indexOf(KeyValue value) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] == value) {
        return i;
      }
    }
    return -1;
  }

  /** Whether it has any value of this key. */
  boolean hasKey(int key) {
    for (KeyValue value : values) {
      if (value.key == key) {
        return true;
      }
    }
    return false;
  }

  /** Index of the first key of this origin, or -1. */
  int derivedBy(Object origin) {
    for (int i = 0; i < via.length; i++) {
      if (via[i] == origin) {
        return i;
      }
    }
    return -1;
  }

  /** These and a value that is not among them. */
  KeySet with(KeyValue value, @Nullable Object by) {
    KeySet known = isEmpty() ? value.alone : extended;
    if (known != null && known.endsWith(value, by)) {
      return known;
    }
    KeyValue[] more = Arrays.copyOf(values, values.length + 1);
    more[values.length] = value;
    KeySet made = new KeySet(more, withOrigin(values.length, by));
    if (by instanceof Child) {
      return made; // a link's own: to share it would only keep the link in memory
    }
    if (isEmpty()) {
      value.alone = made;
    } else {
      extended = made;
    }
    return made;
  }

  private boolean endsWith(KeyValue value, @Nullable Object by) {
    int last = values.length - 1;
    return values[last] == value && via(last) == by;
  }

  /** The same, but that this key was seen on the trace itself. */
  KeySet seen(int index) {
    return via(index) == null ? this : new KeySet(values, withOrigin(index, null));
  }

  /** These without one; the last takes its place. */
  KeySet without(int index) {
    int last = values.length - 1;
    KeyValue[] fewer = Arrays.copyOf(values, last);
    @Nullable Object[] origins = Arrays.copyOf(via, Math.min(via.length, last));
    if (index < last) {
      fewer[index] = values[last];
      if (index < origins.length) {
        origins[index] = via(last);
      }
    }
    return last == 0 ? EMPTY : new KeySet(fewer, origins);
  }

  private @Nullable Object[] withOrigin(int index, @Nullable Object by) {
    if (by == null && index >= via.length) {
      return via;
    }
    @Nullable Object[] origins = Arrays.copyOf(via, Math.max(via.length, index + 1));
    origins[index] = by;
    return origins;
  }
}
