// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.admission;

/**
 * Traces by their {@link Admission#hash}, in one array: about 16 bytes a trace. The number 0 is
 * taken for 1. Not thread-safe.
 */
public final class TraceSet {

  private static final int FIRST_SLOTS = 1 << 10;

  private long[] slots = new long[FIRST_SLOTS];
  private int size;

  public boolean contains(long trace) {
    return slots[slot(slots, notZero(trace))] != 0;
  }

  /** False when it was there already. */
  public boolean add(long trace) {
    long wanted = notZero(trace);
    int slot = slot(slots, wanted);
    if (slots[slot] != 0) {
      return false;
    }
    slots[slot] = wanted;
    size++;
    if (size > slots.length / 2) {
      grow();
    }
    return true;
  }

  int size() {
    return size;
  }

  private void grow() {
    long[] larger = new long[slots.length * 2];
    for (long trace : slots) {
      if (trace != 0) {
        larger[slot(larger, trace)] = trace;
      }
    }
    slots = larger;
  }

  /** Where the trace is or belongs. */
  private static int slot(long[] slots, long trace) {
    int at = (int) (trace >>> 20) & slots.length - 1;
    while (slots[at] != 0 && slots[at] != trace) {
      at = at + 1 & slots.length - 1;
    }
    return at;
  }

  private static long notZero(long trace) {
    return trace == 0 ? 1 : trace;
  }
}
