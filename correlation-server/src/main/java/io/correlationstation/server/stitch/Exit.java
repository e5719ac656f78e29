// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/**
 * A span that may have handed work to another trace; one that shows its call is the place of whom
 * it called.
 */
final class Exit extends Slot implements TimeOrdered.Timed {

  final Fragment fragment;
  final ExitType type;
  final long spanId;
  final long startNanos;
  final long endNanos;
  final int precisionMillis;

  /** Correlation keys that the span itself carries, as a bit per key index. */
  final int ownKeys;

  /** What it handed over, such as the id of a message. */
  @Nullable String carrier;

  /** The next one of its trace. */
  @Nullable Exit next;

  /** The last search that looked at it. */
  int examinedIn;

  /** Its own trace shows whom it called. */
  boolean answered;

  /** Spans of the same service lie under it. */
  boolean hasLocalChild;

  /** Of a caller that shows no calls, its places by type of child. */
  private @Nullable SlotOfType slots;

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

  /** Its callee was found in its own trace. */
  void answer() {
    answered = true;
    closed = type.oneSlot();
  }

  /** The place a child of this type would take. */
  Slot slot(ChildType child) {
    if (type.oneSlot()) {
      return this;
    }
    SlotOfType slot = SlotOfType.find(slots, child);
    if (slot == null) {
      slot = new SlotOfType(child, slots, type.service.polled ? fragment.slot(child) : null);
      slots = slot;
    }
    return slot;
  }
}
