// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The newest durable frames, as the senders' threads left them on the heap. Cursors that are caught
 * up take them from here, so that a frame is not read, summed and copied again for each of them.
 *
 * <p>Shape: consecutive sequence numbers, at most {@code maxBytes} of payload and {@value
 * #MAX_FRAMES} frames; the oldest leave first. Thread-safe.
 */
final class Tail {

  private static final int MAX_FRAMES = 1 << 13;

  private final long maxBytes;
  private final ArrayDeque<Integer> sizes = new ArrayDeque<>();
  private final @Nullable Frame[] ring = new @Nullable Frame[MAX_FRAMES];
  private long first;
  private long bytes;

  Tail(long maxBytes) {
    this.maxBytes = maxBytes;
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
