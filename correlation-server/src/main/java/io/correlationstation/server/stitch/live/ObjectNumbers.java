// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.stitch.Copied;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Numbers objects by identity in the order in which they are met: 4 bytes an object that keeps its
 * number itself ({@link Copied}), and 12 to 20 another, as a state of millions is numbered in a
 * heap that it nearly fills. Not thread-safe.
 */
final class ObjectNumbers {

  private @Nullable Object[] inOrder = new Object[1 << 16];
  private int size;

  /** Numbers, each plus one, of the objects that are looked up; open addressing. */
  private int[] slots = new int[1 << 16];

  private int lookedUp;

  /** The number of an object met before; -1 for one met first, which gets the next number. */
  int numberOrAdd(Object object) {
    return find(object, System.identityHashCode(object));
  }

  /** The same, sooner found. */
  int numberOrAdd(Copied object) {
    int number = object.number();
    if (number >= 0 && number < size && inOrder[number] == object) {
      return number;
    }
    if (object.number(size)) {
      add(object);
      return -1;
    }
    return find(object, object.hash());
  }

  private int find(Object object, int hash) {
    int slot = slot(object, hash);
    int known = slots[slot];
    if (known != 0) {
      return known - 1;
    }
    slots[slot] = add(object) + 1;
    if (++lookedUp > slots.length / 2) {
      grow();
    }
    return -1;
  }

  private int add(Object object) {
    if (size == inOrder.length) {
      inOrder = Arrays.copyOf(inOrder, 2 * size);
    }
    inOrder[size] = object;
    return size++;
  }

  private void grow() {
    int[] old = slots;
    slots = new int[2 * old.length];
    for (int number : old) {
      if (number != 0) {
        Object object = inOrder[number - 1];
        int hash =
            object instanceof Copied copied ? copied.hash() : System.identityHashCode(object);
        slots[slot(object, hash)] = number;
      }
    }
  }

  private int slot(@Nullable Object object, int hash) {
    int mask = slots.length - 1;
    int slot = hash * 0x9E3779B9 >>> 8 & mask;
    while (slots[slot] != 0 && inOrder[slots[slot] - 1] != object) {
      slot = slot + 1 & mask;
    }
    return slot;
  }
}
