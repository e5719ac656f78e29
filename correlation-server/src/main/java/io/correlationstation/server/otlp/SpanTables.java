// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tables of the frames that were read last, so that of several readers of the journal the first
 * looks through a frame and the others only at what it found. Thread-safe; a reader waits while
 * another one makes the table it wants.
 */
public final class SpanTables {

  /** Frames between the first and the last reader for which the table is still there. */
  private static final int FRAMES = 512;

  /** Larger tables are not kept, each reader makes its own: 512 of this size are 20 MB. */
  private static final int MAX_SPANS_KEPT = 1_024;

  private final List<String> list;
  private final AttributeNames names;
  private final AtomicReferenceArray<@Nullable Slot> slots = new AtomicReferenceArray<>(FRAMES);

  /**
   * @param names all that any of the readers looks for
   * @throws IllegalArgumentException for more names than a table has bits for
   */
  public SpanTables(Collection<String> names) {
    this.list = names.stream().distinct().toList();
    this.names = AttributeNames.of(list);
  }

  /** The bits of these names in {@link SpanTable.Choice#wants}; others are left out. */
  public long bits(Stream<String> wanted) {
    return wanted
        .mapToInt(list::indexOf)
        .filter(number -> number >= 0)
        .mapToLong(number -> 1L << number)
        .reduce(0, (all, bit) -> all | bit);
  }

  /**
   * The table of a frame.
   *
   * @param sequence of the frame in its journal
   */
  public SpanTable of(long sequence, byte[] payload) {
    int at = (int) (sequence % FRAMES);
    Slot slot = slots.get(at);
    if (slot == null || slot.sequence != sequence) {
      Slot fresh = new Slot(sequence);
      slot = slots.compareAndSet(at, slot, fresh) ? fresh : slots.get(at);
    }
    return slot != null && slot.sequence == sequence
        ? slot.table(payload, names)
        : SpanTable.of(payload, names);
  }

  /** The table of one frame once somebody has asked for it. */
  private static final class Slot {
    private final long sequence;
    private @Nullable SpanTable table;

    Slot(long sequence) {
      this.sequence = sequence;
    }

    synchronized SpanTable table(byte[] payload, AttributeNames names) {
      if (table != null) {
        return table;
      }
      SpanTable made = SpanTable.of(payload, names);
      table = made.size() <= MAX_SPANS_KEPT ? made : null;
      return made;
    }
  }
}
