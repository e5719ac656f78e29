// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * A growing list of numbers in one array, which columns hold as eight bytes each. Kept in order by
 * {@link #insert}, it is a set. Not thread-safe.
 */
final class Longs {

  private static final int FIRST = 8;

  private long[] numbers = new long[FIRST];
  private int size;

  static Longs unpack(byte[] packed) {
    Longs longs = new Longs();
    LongBuffer buffer = ByteBuffer.wrap(packed).asLongBuffer();
    longs.size = buffer.remaining();
    longs.numbers = new long[Math.max(FIRST, longs.size)];
    buffer.get(longs.numbers, 0, longs.size);
    return longs;
  }

  int size() {
    return size;
  }

  /** Appends it, wherever that leaves the order. */
  void add(long number) {
    insert(size, number);
  }

  /**
   * Puts it in its place among numbers in ascending order; false when it was there. Costs a copy of
   * the larger ones: nothing for numbers that come in order.
   */
  boolean insert(long number) {
    if (size > 0 && numbers[size - 1] >= number) {
      int place = Arrays.binarySearch(numbers, 0, size, number);
      if (place >= 0) {
        return false;
      }
      insert(-place - 1, number);
      return true;
    }
    insert(size, number);
    return true;
  }

  private void insert(int place, long number) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * size);
    }
    System.arraycopy(numbers, place, numbers, place + 1, size - place);
    numbers[place] = number;
    size++;
  }

  /** Whether the number is among them, which are in ascending order. */
  boolean contains(long number) {
    return Arrays.binarySearch(numbers, 0, size, number) >= 0;
  }

  void forEach(LongConsumer action) {
    for (int i = 0; i < size; i++) {
      action.accept(numbers[i]);
    }
  }

  byte[] pack() {
    ByteBuffer packed = ByteBuffer.allocate(size * Long.BYTES);
    packed.asLongBuffer().put(numbers, 0, size);
    return packed.array();
  }
}
