// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The newest durable frames, as the senders' threads left them on the heap, until every reader that
 * is near the end has taken them: so that a frame is not read, summed and copied again for each.
 *
 * <p>A reader whose position has left the tail reads from the file and keeps nothing here. So a
 * server whose readers keep up holds a few frames, and one whose readers are all behind none, which
 * a garbage collector would else move about for nothing.
 *
 * <p>Shape: consecutive sequence numbers, at most {@code maxBytes} of payload and {@value
 * #MAX_FRAMES} frames; the oldest leave first. Thread-safe.
 */
final class Tail {

  private static final int MAX_FRAMES = 1 << 13;

  private final long maxBytes;
  private final Positions positions;
  private final ArrayDeque<Integer> sizes = new ArrayDeque<>();
  private final @Nullable Frame[] ring = new @Nullable Frame[MAX_FRAMES];
  private long first;
  private long bytes;

  /** Where readers are. */
  @FunctionalInterface
  interface Positions {

    /**
     * The lowest number, {@code first} or higher, that a reader wants next; {@link Long#MAX_VALUE}
     * when there is none.
     */
    long lowestFrom(long first);
  }

  Tail(long maxBytes, Positions positions) {
    this.maxBytes = maxBytes;
    this.positions = positions;
  }

  /** Adds a frame; a number that does not follow the last one starts afresh. */
  synchronized void add(long sequence, Frame frame) {
    if (sequence != first + sizes.size()) {
      clear();
      first = sequence;
    }
    if (sizes.size() == MAX_FRAMES) {
      evict();
    }
    ring[slot(sequence)] = frame;
    sizes.add(frame.payload().length);
    bytes += frame.payload().length;
    while (bytes > maxBytes) {
      evict();
    }
    long wanted = positions.lowestFrom(first);
    while (!sizes.isEmpty() && first < wanted) {
      evict();
    }
  }

  /** The frame of that number, or null when it is not among the newest. */
  synchronized @Nullable Frame get(long sequence) {
    return sequence >= first && sequence < first + sizes.size() ? ring[slot(sequence)] : null;
  }

  private void clear() {
    while (!sizes.isEmpty()) {
      evict();
    }
  }

  private void evict() {
    ring[slot(first)] = null;
    bytes -= sizes.remove();
    first++;
  }

  private static int slot(long sequence) {
    return (int) (sequence & (MAX_FRAMES - 1));
  }
}
