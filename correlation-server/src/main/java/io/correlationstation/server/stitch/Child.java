// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The root of a fragment, looking for its parent. */
final class Child implements TimeOrdered.Timed {

  final Fragment fragment;
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
  Exit[] exits = {};
  EdgeModel[] edges = {};
  Slot[] slots = {};

  /** Logarithm of the keys' likelihood ratio by candidate. */
  float[] keyWeight = {};

  /** The ratio itself. */
  double[] keyFactor = {};

  /** Density that stands in while the edge is unknown, and where the learnt ones are looked up. */
  float[] baseDensity = {};

  short[] delayBin = {};
  short[] slackBin = {};

  /** Weight against having no parent, and the message sent to the candidate's slot. */
  double[] weight = {};

  double[] message = {};

  /** Where earlier roots of the same type and key lie: work on one key comes in bursts. */
  short[] burstBin = {};

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
    candidateCount = 0;
    resize(0);
    searched = false;
  }

  /** What was last told to the sink. */
  record Decision(Exit exit, double confidence, Handoff.State state, String id) {}
}
