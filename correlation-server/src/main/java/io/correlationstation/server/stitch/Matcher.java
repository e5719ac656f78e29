// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.List;

/**
 * Gives each child its parent, each caller's slot at most one child, by sum-product.
 *
 * <p>The factor graph of an exclusive assignment: child i takes one exit j or none, slot j takes at
 * most one child. With {@code w} the weight of a pair against "no parent" and an empty slot, child
 * i tells slot j how much it wants it, slot j answers how free it is:
 *
 * <pre>
 *   m(i→j) = w(i,j) / (1 + Σ_{k≠j} w(i,k)·free(k→i))      free(j→i) = 1 / (1 + Σ_{l≠i} m(l→j))
 *   P(i←j) = w(i,j)·free(j→i) / (1 + Σ_k w(i,k)·free(k→i))
 * </pre>
 *
 * <p>Each slot keeps the sum of what it was told, so a sweep costs O(candidates). Source: Williams
 * and Lau, "Approximate evaluation of marginal association probabilities with belief propagation"
 * (IEEE TAES 2014): the iteration always converges.
 */
final class Matcher {

  /** Handoffs of an edge from which on it counts as known. */
  static final double KNOWN_HANDOFFS = 8;

  private static final int QUIET_SWEEPS = 4;
  private static final double QUIET_CHANGE = 1e-3;
  private static final double MAX_WEIGHT = 1e9;

  /** Children whose messages still move, in the order in which they were opened. */
  private final List<Child> open = new ArrayList<>();

  private double[] wishes = new double[64];
  private long sweeps;

  void open(Child child) {
    weigh(child);
    if (!child.open) {
      child.open = true;
      open.add(child);
    }
    update(child);
  }

  /** Weighs a child's candidates by the newest fit. */
  void weigh(Child child) {
    child.burstWeight = child.type.burstWeight(child);
    for (int i = 0; i < child.candidateCount; i++) {
      child.weight[i] = weight(child, i);
    }
  }

  void close(Child child) {
    child.open = false;
  }

  int openCount() {
    return open.size();
  }

  /** Weight of a candidate against having no parent. */
  static double weight(Child child, int index) {
    Exit exit = child.exits[index];
    EdgeModel edge = child.edges[index];
    if (!exit.usable() || edge.odds == 0) {
      return 0;
    }
    double rate =
        edge.odds
            * edge.density(child.delayBin[index], child.slackBin[index], child.baseDensity[index])
            * child.keyFactor[index]
            * Timing.direction(exit, child);
    return Math.min(MAX_WEIGHT, rate / child.type.orphanRate);
  }

  /** Weighs the open children by the newest fit. */
  void reweighOpen() {
    for (Child child : open) {
      weigh(child);
      update(child);
    }
  }

  /**
   * Sends the messages of all open children; of those whose last ones hardly moved, only every
   * fourth time.
   */
  void sweep() {
    open.removeIf(child -> !child.open);
    sweeps++;
    boolean all = sweeps % QUIET_SWEEPS == 0;
    for (Child child : open) {
      if (all || !child.quiet) {
        update(child);
      }
    }
  }

  /** Sends a child's messages anew. */
  void update(Child child) {
    int count = child.candidateCount;
    if (wishes.length < count) {
      wishes = new double[count * 2];
    }
    double[] wish = wishes;
    double total = 1 + child.burstWeight;
    for (int i = 0; i < count; i++) {
      wish[i] = child.weight[i] * free(child, i);
      total += wish[i];
    }
    boolean quiet = true;
    for (int i = 0; i < count; i++) {
      double wanted = child.weight[i] / Math.max(1, total - wish[i]);
      double change = wanted - child.message[i];
      if (change != 0) {
        quiet &= Math.abs(change) < QUIET_CHANGE * (1 + wanted);
        child.slots[i].add(change);
        child.message[i] = wanted;
      }
    }
    child.quiet = quiet;
  }

  /** How free the candidate's slot is for this child. */
  static double free(Child child, int index) {
    Slot slot = child.slots[index];
    double others = slot.load - child.message[index];
    if (slot.trace != null && child.edges[index].expected < KNOWN_HANDOFFS) {
      others = slot.trace.load - sentTo(child, slot.trace);
    }
    return 1 / (1 + Math.max(0, others));
  }

  /** While nothing is known of an orchestrator, its whole trace is taken to call a type once. */
  private static double sentTo(Child child, Slot trace) {
    double sum = 0;
    for (int i = 0; i < child.candidateCount; i++) {
      if (child.slots[i].trace == trace) {
        sum += child.message[i];
      }
    }
    return sum;
  }

  /** Probability of each candidate into {@code result}; returns that of having no parent. */
  static double posterior(Child child, double[] result) {
    double total = 1 + child.burstWeight;
    for (int i = 0; i < child.candidateCount; i++) {
      result[i] = child.weight[i] * free(child, i);
      total += result[i];
    }
    for (int i = 0; i < child.candidateCount; i++) {
      result[i] /= total;
    }
    return (1 + child.burstWeight) / total;
  }

  /** Probability that a root comes from this trace. */
  static double probability(Child child, Fragment parent) {
    if (child.settled) {
      Child.Decision decision = child.decision;
      return decision != null && decision.exit().fragment == parent ? decision.confidence() : 0;
    }
    double total = 1 + child.burstWeight;
    double wanted = 0;
    for (int i = 0; i < child.candidateCount; i++) {
      double weight = child.weight[i] * free(child, i);
      total += weight;
      if (child.exits[i].fragment == parent) {
        wanted += weight;
      }
    }
    return wanted / total;
  }
}
