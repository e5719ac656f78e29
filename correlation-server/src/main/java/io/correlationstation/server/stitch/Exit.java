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

  /** Of both times; saturates at 65 s. */
  final char precisionMillis;

  /** Correlation keys that the span itself carries, as a bit per key index. */
  final int ownKeys;

  /**
   * Of a call, what it handed over, such as the id of a message; of a caller that shows no calls,
   * its places ({@link SlotOfType}).
   */
  private @Nullable Object carrierOrSlots;

  /** The next one of its trace. */
  @Nullable Exit next;

  /** The last search that looked at it, or its number in a saved state, inverted. */
  transient int examinedIn;

  /** Spans of the same service lie under it. */
  boolean hasLocalChild;

  /**
   * @param carrier what it handed over, such as the id of a message; heeded of calls only
   */
  Exit(
      Fragment fragment,
      ExitType type,
      long spanId,
      long startNanos,
      long endNanos,
      char precisionMillis,
      int ownKeys,
      @Nullable String carrier) {
    this.fragment = fragment;
    this.type = type;
    this.spanId = spanId;
    this.startNanos = startNanos;
    this.endNanos = endNanos;
    this.precisionMillis = precisionMillis;
    this.ownKeys = ownKeys;
    carrierOrSlots = type.oneSlot() ? carrier : null;
  }

  @Override
  public void copyTo(FieldSink out) {
    super.copyTo(out);
    out.reference(carrierOrSlots);
    out.put(endNanos);
    out.reference(fragment);
    out.put(hasLocalChild);
    out.reference(next);
    out.put(ownKeys);
    out.put(precisionMillis);
    out.put(spanId);
    out.put(startNanos);
    out.reference(type);
  }

  @Override
  public long timeNanos() {
    return startNanos;
  }

  @Override
  public int number() {
    return ~examinedIn;
  }

  @Override
  public boolean number(int number) {
    examinedIn = ~number;
    return true;
  }

  long durationNanos() {
    return endNanos - startNanos;
  }

  boolean usable() {
    return type.oneSlot() ? !closed : !type.service.callsOut;
  }

  /** Its callee was found in its own trace. */
  void answer() {
    closed = type.oneSlot();
  }

  @Nullable String carrier() {
    return carrierOrSlots instanceof String carrier ? carrier : null;
  }

  /** The place a child of this type would take. */
  Slot slot(ChildType child) {
    if (type.oneSlot()) {
      return this;
    }
    SlotOfType slots = (SlotOfType) carrierOrSlots;
    SlotOfType slot = SlotOfType.find(slots, child);
    if (slot == null) {
      slot = new SlotOfType(child, slots, type.service.polled ? fragment.slot(child) : null);
      carrierOrSlots = slot;
    }
    return slot;
  }
}
