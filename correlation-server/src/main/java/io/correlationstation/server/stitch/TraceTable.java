// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/**
 * Fragments by trace id.
 *
 * <p>Open addressing with linear probing, at most half full: a reference of four bytes a slot and
 * no object an entry. Removal closes the gap, so nothing ever needs cleaning.
 */
final class TraceTable {

  private @Nullable Fragment[] slots = new Fragment[1024];
  private int size;

  int size() {
    return size;
  }

  @Nullable Fragment find(long high, long low) {
    return slots[slotOf(high, low)];
  }

  Fragment findOrAdd(long high, long low) {
    int slot = slotOf(high, low);
    Fragment known = slots[slot];
    if (known != null) {
      return known;
    }
    Fragment fragment = new Fragment(high, low);
    slots[slot] = fragment;
    if (++size * 2 > slots.length) {
      grow();
    }
    return fragment;
  }

  void remove(Fragment fragment) {
    int slot = slotOf(fragment.traceHigh, fragment.traceLow);
    if (slots[slot] != fragment) {
      return;
    }
    size--;
    close(slot);
  }

  /** Moves back what had to probe past the slot that becomes empty. */
  private void close(int empty) {
    int mask = slots.length - 1;
    int gap = empty;
    for (int at = (gap + 1) & mask; ; at = (at + 1) & mask) {
      Fragment moved = slots[at];
      if (moved == null) {
        slots[gap] = null;
        return;
      }
      int home = home(moved.traceHigh, moved.traceLow);
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        slots[gap] = moved;
        gap = at;
      }
    }
  }

  private void grow() {
    @Nullable Fragment[] old = slots;
    slots = new Fragment[old.length * 2];
    for (Fragment fragment : old) {
      if (fragment != null) {
        slots[slotOf(fragment.traceHigh, fragment.traceLow)] = fragment;
      }
    }
  }

  private int slotOf(long high, long low) {
    int mask = slots.length - 1;
    int slot = home(high, low);
    for (Fragment at = slots[slot]; at != null; at = slots[slot]) {
      if (at.traceLow == low && at.traceHigh == high) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** What lies in the slot of that id or so many after it, whatever it is. */
  @Nullable Fragment near(long high, long low, int after) {
    return slots[home(high, low) + after & slots.length - 1];
  }

  private int home(long high, long low) {
    long mixed = (high ^ Long.rotateLeft(low, 31)) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & (slots.length - 1);
  }
}
