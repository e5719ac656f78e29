// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/** A place for one child of one type at a caller that shows no calls, in a short list of such. */
final class SlotOfType extends Slot {

  private final ChildType child;
  private final @Nullable SlotOfType next;

  /**
   * The same place for the whole trace, wanted by the children of this type of all its spans; only
   * for orchestrators, whose calls nobody sees.
   */
  private final @Nullable Slot trace;

  SlotOfType(ChildType child, @Nullable SlotOfType next, @Nullable Slot trace) {
    this.child = child;
    this.next = next;
    this.trace = trace;
  }

  @Override
  public void copyTo(FieldSink out) {
    super.copyTo(out);
    out.reference(child);
    out.reference(next);
    out.reference(trace);
  }

  @Override
  void add(double change) {
    super.add(change);
    if (trace != null) {
      trace.add(change);
    }
  }

  @Override
  @Nullable Slot trace() {
    return trace;
  }

  /** The list's place for a type of child, or null. */
  static @Nullable SlotOfType find(@Nullable SlotOfType list, ChildType child) {
    SlotOfType slot = list;
    while (slot != null && slot.child != child) {
      slot = slot.next;
    }
    return slot;
  }
}
