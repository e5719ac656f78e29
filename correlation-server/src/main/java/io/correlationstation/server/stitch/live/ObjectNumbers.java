// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import org.jspecify.annotations.Nullable;

/**
 * Numbers objects by identity in the order in which they are met: 8 to 16 bytes an object, as a
 * state of millions is numbered in a heap that it nearly fills. Not thread-safe.
 */
final class ObjectNumbers {

  private @Nullable Object[] objects = new Object[1 << 12];
  private int[] numbers = new int[objects.length];
  private int size;

  /** The number of an object met before; -1 for one met first, which gets the next number. */
  int numberOrAdd(Object object) {
    int slot = slot(object);
    if (objects[slot] != null) {
      return numbers[slot];
    }
    objects[slot] = object;
    numbers[slot] = size++;
    if (size > objects.length / 4 * 3) {
      grow();
    }
    return -1;
  }

  private void grow() {
    @Nullable Object[] oldObjects = objects;
    int[] oldNumbers = numbers;
    objects = new Object[oldObjects.length * 2];
    numbers = new int[objects.length];
    for (int i = 0; i < oldObjects.length; i++) {
      Object object = oldObjects[i];
      if (object != null) {
        int slot = slot(object);
        objects[slot] = object;
        numbers[slot] = oldNumbers[i];
      }
    }
  }

  private int slot(Object object) {
    int mask = objects.length - 1;
    int slot = System.identityHashCode(object) * 0x9E3779B9 >>> 8 & mask;
    while (objects[slot] != null && objects[slot] != object) {
      slot = slot + 1 & mask;
    }
    return slot;
  }
}
