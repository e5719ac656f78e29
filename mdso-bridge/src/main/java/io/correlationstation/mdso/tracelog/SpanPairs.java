// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds which entries open and close the same span, and which span lies in which.
 *
 * <p>A stack per (resource, process): the last opened closes first. Nesting is by entry order, not
 * by time, which is too coarse. The parent of a span is the innermost closed pair that opens before
 * and closes after it; a span without an end is nobody's parent, or one lost COMPLETED would adopt
 * all later siblings, and it is itself placed by the one entry that it has.
 *
 * <p>Linear in the entries: pairs are visited as they open, over a stack of closed pairs whose ends
 * decrease towards its top. What ended before the new pair opens can hold no later one, and what
 * ends before the new pair ends is hidden behind it for all later ones; both leave the stack.
 */
final class SpanPairs {

  /** A span's entries by their position; {@code close} is -1 without an end. */
  static final class Pair {
    final int open;
    final int occurrence;
    int close;
    final boolean syntheticStart;
    @Nullable Pair parent;

    /** Set when the span is built; parents are built first. */
    long spanId;

    Pair(int open, int close, int occurrence, boolean syntheticStart) {
      this.open = open;
      this.close = close;
      this.occurrence = occurrence;
      this.syntheticStart = syntheticStart;
    }

    boolean isIncomplete() {
      return close < 0;
    }

    private boolean isClosedPair() {
      return close > open;
    }
  }

  private record Key(String resourceId, String process) {}

  private final List<Pair> pairs = new ArrayList<>();
  private final Map<Key, Deque<Pair>> open = new HashMap<>();
  private final Map<Key, Integer> occurrences = new HashMap<>();

  private SpanPairs() {}

  /** All spans in the order in which they open, each with its parent; null is the root. */
  static List<Pair> of(List<Step> steps) {
    SpanPairs matcher = new SpanPairs();
    for (int position = 0; position < steps.size(); position++) {
      matcher.visit(position, steps.get(position).entry());
    }
    nest(matcher.pairs);
    return matcher.pairs;
  }

  private void visit(int position, TraceEntry entry) {
    TraceEntry.State effect = entry.effect();
    if (effect == null) {
      return;
    }
    Key key =
        new Key(
            Objects.requireNonNull(entry.resourceId()), Objects.requireNonNull(entry.process()));
    Deque<Pair> stack = open.computeIfAbsent(key, k -> new ArrayDeque<>());
    if (effect == TraceEntry.State.STARTED) {
      stack.push(add(key, position, -1, false));
    } else if (stack.isEmpty()) {
      add(key, position, position, true);
    } else {
      stack.pop().close = position;
    }
  }

  private Pair add(Key key, int position, int close, boolean syntheticStart) {
    int occurrence = occurrences.merge(key, 1, Integer::sum) - 1;
    Pair pair = new Pair(position, close, occurrence, syntheticStart);
    pairs.add(pair);
    return pair;
  }

  private static void nest(List<Pair> pairs) {
    Deque<Pair> enclosing = new ArrayDeque<>();
    for (Pair pair : pairs) {
      int end = pair.isIncomplete() ? pair.open : pair.close;
      while (!enclosing.isEmpty() && enclosing.peek().close < pair.open) {
        enclosing.pop();
      }
      if (pair.isClosedPair()) {
        while (!enclosing.isEmpty() && enclosing.peek().close < end) {
          enclosing.pop();
        }
      }
      pair.parent = enclosing.peek();
      if (pair.isClosedPair()) {
        enclosing.push(pair);
      }
    }
  }
}
