// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/** A span that may have handed work to another trace. */
final class Exit implements TimeOrdered.Timed {

  final Fragment fragment;
  final ExitType type;
  final long spanId;
  final long startNanos;
  final long endNanos;
  final int precisionMillis;

  /** Correlation keys that the span itself carries, as a bit per key index. */
  final int ownKeys;

  /** Its own trace shows whom it called. */
  boolean answered;

  /** Spans of the same service lie under it. */
  boolean hasLocalChild;

  /** Sum of the messages of all children to the only slot of a caller with one slot. */
  double load;

  /** The same by child type, for callers with one slot for each; null while unused. */
  private @Nullable Slot slots;

  Exit(
      Fragment fragment,
      ExitType type,
      long spanId,
      long startNanos,
      long endNanos,
      int precisionMillis,
      int ownKeys) {
    this.fragment = fragment;
    this.type = type;
    this.spanId = spanId;
    this.startNanos = startNanos;
    this.endNanos = endNanos;
    this.precisionMillis = precisionMillis;
    this.ownKeys = ownKeys;
  }

  @Override
  public long timeNanos() {
    return startNanos;
  }

  long durationNanos() {
    return endNanos - startNanos;
  }

  boolean usable() {
    return type.oneSlot() ? !answered : !type.service.callsOut;
  }

  double load(ChildType child) {
    return type.oneSlot() ? load : Slot.load(slots, child);
  }

  void addLoad(ChildType child, double change) {
    if (type.oneSlot()) {
      load = Math.max(0, load + change);
    } else {
      slots = Slot.add(slots, child, change);
      fragment.slots = Slot.add(fragment.slots, child, change);
    }
  }
}
