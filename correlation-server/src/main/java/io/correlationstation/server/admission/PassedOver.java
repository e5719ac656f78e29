// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.admission;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which frames hold the traces that were passed over lately.
 *
 * <p>Remembers at least the given number of the last pairs of trace and frame, at most about twice
 * as many. Memory grows with what is passed over: a server that passes nothing over takes none. Not
 * thread-safe.
 */
final class PassedOver {

  private Generation young;
  private Generation old;

  PassedOver(int minRemembered) {
    int slots = 2 * Integer.highestOneBit(Math.max(1, minRemembered - 1)) * 2;
    young = new Generation(slots);
    old = new Generation(slots);
  }

  /**
   * Takes note of a trace in a frame.
   *
   * @return false when that was known
   */
  boolean note(long trace, long sequence) {
    if (young.full()) {
      Generation forgotten = old;
      old = young;
      young = forgotten.clear();
    }
    return young.add(trace, sequence);
  }

  boolean contains(long trace) {
    return young.contains(trace) || old.contains(trace);
  }

  /** The frames of the trace, as far as they are remembered. */
  List<Long> frames(long trace) {
    List<Long> frames = new ArrayList<>(2);
    old.addFrames(trace, frames);
    young.addFrames(trace, frames);
    return frames;
  }

  /** Open addressing; a trace in several frames takes several slots after one another. */
  private static final class Generation {

    private static final int FIRST_SLOTS = 1 << 8;

    private final int maxSlots;
    private long[] traces;

    /** Sequence number plus one; 0 is a free slot. */
    private long[] sequences;

    private int size;

    Generation(int slots) {
      maxSlots = slots;
      traces = new long[Math.min(slots, FIRST_SLOTS)];
      sequences = new long[traces.length];
    }

    boolean full() {
      return size >= maxSlots / 2;
    }

    Generation clear() {
      Arrays.fill(sequences, 0);
      size = 0;
      return this;
    }

    boolean add(long trace, long sequence) {
      int at = start(trace);
      while (sequences[at] != 0) {
        if (traces[at] == trace && sequences[at] == sequence + 1) {
          return false;
        }
        at = at + 1 & traces.length - 1;
      }
      put(at, trace, sequence + 1);
      if (++size >= traces.length / 2 && traces.length < maxSlots) {
        grow();
      }
      return true;
    }

    private void put(int at, long trace, long sequence) {
      traces[at] = trace;
      sequences[at] = sequence;
    }

    private void grow() {
      long[] oldTraces = traces;
      long[] oldSequences = sequences;
      traces = new long[oldTraces.length * 2];
      sequences = new long[traces.length];
      for (int i = 0; i < oldTraces.length; i++) {
        if (oldSequences[i] != 0) {
          int at = start(oldTraces[i]);
          while (sequences[at] != 0) {
            at = at + 1 & traces.length - 1;
          }
          put(at, oldTraces[i], oldSequences[i]);
        }
      }
    }

    boolean contains(long trace) {
      for (int at = start(trace); sequences[at] != 0; at = at + 1 & traces.length - 1) {
        if (traces[at] == trace) {
          return true;
        }
      }
      return false;
    }

    void addFrames(long trace, List<Long> frames) {
      for (int at = start(trace); sequences[at] != 0; at = at + 1 & traces.length - 1) {
        if (traces[at] == trace) {
          frames.add(sequences[at] - 1);
        }
      }
    }

    private int start(long trace) {
      return (int) (trace >>> 20) & traces.length - 1;
    }
  }
}
