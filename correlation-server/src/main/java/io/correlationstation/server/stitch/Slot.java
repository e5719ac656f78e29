// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** How much the children of one type want a place: an element of a short list. */
final class Slot {

  private final ChildType child;
  private final @Nullable Slot next;
  private double load;

  private Slot(ChildType child, @Nullable Slot next) {
    this.child = child;
    this.next = next;
  }

  static double load(@Nullable Slot list, ChildType child) {
    for (Slot slot = list; slot != null; slot = slot.next) {
      if (slot.child == child) {
        return slot.load;
      }
    }
    return 0;
  }

  /** Adds to a type's load; returns the list, longer by one when the type is new. */
  static Slot add(@Nullable Slot list, ChildType child, double change) {
    Slot slot = list;
    while (slot != null && slot.child != child) {
      slot = slot.next;
    }
    Slot result = list;
    if (slot == null) {
      slot = new Slot(child, list);
      result = slot;
    }
    slot.load = Math.max(0, slot.load + change);
    return requireNonNull(result);
  }
}
