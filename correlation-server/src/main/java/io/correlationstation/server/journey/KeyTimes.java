// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The keys of a fragment, their values and when each was seen first, ordered by key and value. A
 * fragment has a handful and thousands of fragments are held, so that three lists take the place of
 * maps in a map. Not thread-safe.
 */
final class KeyTimes {

  private static final int FEW = 3;

  private final List<String> names = new ArrayList<>(FEW);
  private final List<String> values = new ArrayList<>(FEW);
  private long[] nanos = new long[FEW];

  /** Takes one entry. */
  interface Visitor {
    void visit(String name, String value, long firstNanos);
  }

  static KeyTimes of(Map<String, Map<String, Long>> times) {
    KeyTimes keys = new KeyTimes();
    times.forEach((name, values) -> values.forEach((value, time) -> keys.add(name, value, time)));
    return keys;
  }

  /** Keeps the earlier time; returns whether the value is new. */
  boolean add(String name, String value, long firstNanos) {
    int at = 0;
    int order = 1;
    while (at < names.size() && (order = compare(at, name, value)) < 0) {
      at++;
    }
    if (at < names.size() && order == 0) {
      nanos[at] = Math.min(nanos[at], firstNanos);
      return false;
    }
    insert(at, name, value, firstNanos);
    return true;
  }

  private int compare(int at, String name, String value) {
    int byName = names.get(at).compareTo(name);
    return byName != 0 ? byName : values.get(at).compareTo(value);
  }

  private void insert(int at, String name, String value, long firstNanos) {
    int size = names.size();
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * size);
    }
    System.arraycopy(nanos, at, nanos, at + 1, size - at);
    nanos[at] = firstNanos;
    names.add(at, name);
    values.add(at, value);
  }

  int size() {
    return names.size();
  }

  void forEach(Visitor visitor) {
    for (int i = 0; i < names.size(); i++) {
      visitor.visit(names.get(i), values.get(i), nanos[i]);
    }
  }

  /** Adds the values of a key to others. */
  void addValues(String name, Collection<String> to) {
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equals(name)) {
        to.add(values.get(i));
      }
    }
  }
}
