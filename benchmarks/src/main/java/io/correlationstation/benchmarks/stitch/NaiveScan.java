// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.stitch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The baseline: a list of the last minute's spans for each circuit, scanned for the closest earlier
 * span of another trace whenever a root comes.
 */
final class NaiveScan {

  private static final int CIRCUIT = 2;
  private static final long WINDOW_NANOS = 60L * 1_000_000_000;

  private NaiveScan() {}

  /** Returns how many roots got a link. */
  static long link(List<Replay.Span> spans) {
    Map<String, Deque<Replay.Span>> byCircuit = new HashMap<>();
    long linked = 0;
    for (Replay.Span span : spans) {
      String circuit = span.keys()[CIRCUIT];
      if (circuit != null) {
        Deque<Replay.Span> held = byCircuit.computeIfAbsent(circuit, k -> new ArrayDeque<>());
        held.removeIf(old -> old.startNanos() < span.startNanos() - WINDOW_NANOS);
        linked += span.ids().parent() == 0 && hasEarlier(held, span) ? 1 : 0;
        held.add(span);
      }
    }
    return linked;
  }

  private static boolean hasEarlier(Deque<Replay.Span> held, Replay.Span root) {
    long nearest = Long.MAX_VALUE;
    for (Replay.Span other : held) {
      long distance = root.startNanos() - other.startNanos();
      if (other.ids().traceLow() != root.ids().traceLow() && distance >= 0) {
        nearest = Math.min(nearest, distance);
      }
    }
    return nearest != Long.MAX_VALUE;
  }
}
