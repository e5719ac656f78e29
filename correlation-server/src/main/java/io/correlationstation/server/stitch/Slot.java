// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/**
 * A place for one child at a caller: how much all children together want it.
 *
 * <p>A CLIENT or PRODUCER has one for whatever child; a caller that shows no calls has one for each
 * type of child, in a short list.
 */
final class Slot {

  /** Type of child it is for; null for any. */
  private final @Nullable ChildType child;

  private final @Nullable Slot next;

  /**
   * The same place for the whole trace, wanted by the children of this type of all its spans; only
   * for orchestrators, whose calls nobody sees.
   */
  final @Nullable Slot trace;

  double load;

  /** Who wants it most, and how much. */
  @Nullable Child favourite;

  private float favoured;

  /** Its caller's own trace turned out to show whom it called. */
  boolean closed;

  Slot(@Nullable ChildType child, @Nullable Slot next, @Nullable Slot trace) {
    this.child = child;
    this.next = next;
    this.trace = trace;
  }

  void add(double change) {
    load = Math.max(0, load + change);
    if (trace != null) {
      trace.load = Math.max(0, trace.load + change);
    }
  }

  /** A child wants it so much by now. */
  void wanted(Child by, double message) {
    if (by == favourite || message > favoured) {
      favourite = by;
      favoured = (float) message;
    }
  }

  /** A child wants it no longer, or can't be asked any more what else it wants. */
  void leave(Child by) {
    if (by == favourite) {
      favourite = null;
      favoured = 0;
    }
  }

  /** The list's place for a type of child, or null. */
  static @Nullable Slot find(@Nullable Slot list, ChildType child) {
    Slot slot = list;
    while (slot != null && slot.child != child) {
      slot = slot.next;
    }
    return slot;
  }
}
