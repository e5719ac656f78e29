// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The root of a fragment, looking for its parent. */
final class Child implements TimeOrdered.Timed {

  private static final Exit[] NO_EXITS = {};
  private static final EdgeModel[] NO_EDGES = {};
  private static final Slot[] NO_SLOTS = {};
  private static final float[] NO_FLOATS = {};
  private static final double[] NO_DOUBLES = {};
  private static final short[] NO_BINS = {};

  Fragment fragment;
  final ChildType type;
  final long spanId;
  final long startNanos;
  final long endNanos;
  final int precisionMillis;

  /** When it became known; decisions count from here when it came late. */
  final long knownNanos;

  /** The next root of its trace. */
  @Nullable Child next;

  int candidateCount;
  Exit[] exits = NO_EXITS;
  EdgeModel[] edges = NO_EDGES;
  Slot[] slots = NO_SLOTS;

  /** Logarithm of the keys' likelihood ratio by candidate. */
  float[] keyWeight = NO_FLOATS;

  /** The ratio itself. */
  double[] keyFactor = NO_DOUBLES;

  /** Density that stands in while the edge is unknown, and where the learnt ones are looked up. */
  float[] baseDensity = NO_FLOATS;

  short[] delayBin = NO_BINS;
  short[] slackBin = NO_BINS;

  /** Weight against having no parent, and the message sent to the candidate's slot. */
  double[] weight = NO_DOUBLES;

  double[] message = NO_DOUBLES;

  /** Where earlier roots of the same type and key lie: work on one key comes in bursts. */
  short[] burstBin = NO_BINS;

  double burstKeyFactor;

  /** Weight of "one of a burst, without parent" against "without parent, by itself". */
  double burstWeight;

  /** Probability, at the last fit, of having no parent. */
  double orphan;

  /** Probability, at the last fit, that the story it continues is known from its beginning. */
  double whole = 1;

  /** What it took up, such as the id of a message. */
  @Nullable String carrier;

  /** A person has ruled on its parents. */
  boolean ruledOn;

  boolean searched;

  /** Its candidates are forgotten, its decision stands. */
  boolean settled;

  private @Nullable Slot settledSlot;
  private double settledMessage;

  /** Its messages hardly moved the last time. */
  boolean quiet;

  boolean open;
  boolean learning;
  boolean decided;
  @Nullable Decision decision;

  Child(
      Fragment fragment,
      ChildType type,
      long spanId,
      long startNanos,
      long endNanos,
      int precisionMillis,
      long knownNanos) {
    this.fragment = fragment;
    this.type = type;
    this.spanId = spanId;
    this.startNanos = startNanos;
    this.endNanos = endNanos;
    this.precisionMillis = precisionMillis;
    this.knownNanos = knownNanos;
  }

  @Override
  public long timeNanos() {
    return startNanos;
  }

  long durationNanos() {
    return endNanos - startNanos;
  }

  void addCandidate(Exit exit, EdgeModel edge, double logKeys) {
    if (candidateCount == exits.length) {
      resize(Math.max(4, exits.length * 2));
    }
    double seconds = (startNanos - exit.startNanos) * 1e-9;
    exits[candidateCount] = exit;
    edges[candidateCount] = edge;
    slots[candidateCount] = exit.slot(type);
    keyWeight[candidateCount] = (float) logKeys;
    keyFactor[candidateCount] = Math.exp(keyWeight[candidateCount]);
    baseDensity[candidateCount] = (float) Timing.prior(exit, this, seconds);
    delayBin[candidateCount] = (short) Density.bin(seconds);
    slackBin[candidateCount] = (short) Density.bin((exit.durationNanos() - durationNanos()) * 1e-9);
    message[candidateCount] = 0;
    weight[candidateCount] = 0;
    candidateCount++;
  }

  private void resize(int size) {
    exits = Arrays.copyOf(exits, size);
    edges = Arrays.copyOf(edges, size);
    slots = Arrays.copyOf(slots, size);
    keyWeight = Arrays.copyOf(keyWeight, size);
    keyFactor = Arrays.copyOf(keyFactor, size);
    baseDensity = Arrays.copyOf(baseDensity, size);
    delayBin = Arrays.copyOf(delayBin, size);
    slackBin = Arrays.copyOf(slackBin, size);
    weight = Arrays.copyOf(weight, size);
    message = Arrays.copyOf(message, size);
  }

  boolean hasCandidate(Exit exit) {
    for (int i = 0; i < candidateCount; i++) {
      if (exits[i] == exit) {
        return true;
      }
    }
    return false;
  }

  boolean sure(double confidence) {
    return decision != null && decision.confidence() >= confidence;
  }

  /** Withdraws its messages and forgets its candidates. */
  void clearCandidates() {
    for (int i = 0; i < candidateCount; i++) {
      slots[i].add(-message[i]);
    }
    if (settledSlot != null) {
      settledSlot.add(-settledMessage);
      settledSlot = null;
    }
    dropCandidates();
    searched = false;
  }

  private void dropCandidates() {
    candidateCount = 0;
    exits = NO_EXITS;
    edges = NO_EDGES;
    slots = NO_SLOTS;
    keyWeight = NO_FLOATS;
    keyFactor = NO_DOUBLES;
    baseDensity = NO_FLOATS;
    delayBin = NO_BINS;
    slackBin = NO_BINS;
    weight = NO_DOUBLES;
    message = NO_DOUBLES;
  }

  /**
   * Keeps of its candidates only what it takes from others: the slot it wants most. For a child
   * that is decided and no longer learnt from; new evidence makes it search again.
   */
  void settle() {
    int most = -1;
    for (int i = 0; i < candidateCount; i++) {
      if (most < 0 || message[i] > message[most]) {
        most = i;
      }
    }
    for (int i = 0; i < candidateCount; i++) {
      if (i != most) {
        slots[i].add(-message[i]);
      }
    }
    if (most >= 0) {
      settledSlot = slots[most];
      settledMessage = message[most];
    }
    dropCandidates();
    settled = true;
    burstBin = NO_BINS;
  }

  /** What was last told to the sink. */
  record Decision(Exit exit, double confidence, Handoff.State state) {}
}
