// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

/**
 * Numbers, each once, in one array: about 16 bytes a number. For hashes, which are spread evenly;
 * the number 0 is taken for 1. Not thread-safe.
 */
final class LongSet {

  private static final int FIRST_SLOTS = 1 << 10;

  private long[] slots = new long[FIRST_SLOTS];
  private int size;

  boolean contains(long number) {
    return slots[slot(slots, notZero(number))] != 0;
  }

  /** False when it was there already. */
  boolean add(long number) {
    long wanted = notZero(number);
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
    for (long number : slots) {
      if (number != 0) {
        larger[slot(larger, number)] = number;
      }
    }
    slots = larger;
  }

  /** Where the number is or belongs. */
  private static int slot(long[] slots, long number) {
    int at = (int) (number >>> 20) & slots.length - 1;
    while (slots[at] != 0 && slots[at] != number) {
      at = at + 1 & slots.length - 1;
    }
    return at;
  }

  private static long notZero(long number) {
    return number == 0 ? 1 : number;
  }
}
