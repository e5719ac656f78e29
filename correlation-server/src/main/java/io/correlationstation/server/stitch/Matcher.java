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

  private static final int LONGEST_REST = 16;
  private static final double QUIET_CHANGE = 1e-3;
  private static final double MAX_WEIGHT = 1e9;

  /** Open children by the sweep in which their messages are due: a ring. */
  private final List<List<Child>> due = new ArrayList<>();

  private final Skew skew;
  private final ReadAhead ahead;
  private double[] wishes = new double[64];
  private int sweeps;
  private int open;

  Matcher(Skew skew, ReadAhead ahead) {
    this.skew = skew;
    this.ahead = ahead;
    for (int i = 0; i <= LONGEST_REST; i++) {
      due.add(new ArrayList<>());
    }
  }

  /**
   * Takes a child whose candidates are found and weighed. Who has only one tells it the same until
   * the next fit, and who has none has nobody to tell.
   */
  void open(Child child) {
    if (!child.open) {
      child.open = true;
      open++;
    }
    update(child);
    int count = child.candidates.count;
    if (count > 1 && (child.due == Child.NOT_DUE || child.rest > 1)) {
      rest(child, 1);
    } else if (count == 1 && child.due == Child.NOT_DUE) {
      rest(child, LONGEST_REST);
    }
  }

  /** Its messages are due after so many sweeps, and no more when they were due before. */
  private void rest(Child child, int sweepsToRest) {
    int place = (sweeps + sweepsToRest) % due.size();
    child.due = (byte) place;
    child.rest = (byte) sweepsToRest;
    due.get(place).add(child);
  }

  /** Weighs a child's candidates by the newest fit. */
  void weigh(Child child) {
    Candidates all = child.candidates;
    if (!child.searched || child.settled) {
      return;
    }
    all.burstWeight = child.type.burstWeight(all);
    all.follow(skew.version(), child);
    for (int i = 0; i < all.count; i++) {
      EdgeModel edge = all.edges[i];
      boolean usable = !all.slots[i].closed && edge.usable();
      all.weight[i] = usable ? weight(child, all, i) : 0;
    }
  }

  void close(Child child) {
    open -= child.open ? 1 : 0;
    child.open = false;
  }

  int openCount() {
    return open;
  }

  /** Weight of a candidate against having no parent. */
  static double weight(Child child, Candidates all, int index) {
    double odds = all.edges[index].odds;
    if (odds == 0) {
      return 0;
    }
    double rate = odds * all.density(index) * all.evidence(index);
    double telling = all.edges[index].telling(all.exits[index], child);
    return Math.min(MAX_WEIGHT, telling * rate / child.type.orphanRate);
  }

  /** Weighs the open children by the newest fit, those whose messages are due first. */
  void reweighOpen() {
    for (int i = 1; i <= due.size(); i++) {
      int place = (sweeps + i) % due.size();
      for (Child child : due.get(place)) {
        if (child.open && child.due == place) {
          weigh(child);
          update(child);
        }
      }
    }
  }

  /**
   * Sends the messages that are due; a child that says of its parent what it said the last time
   * rests for four times as many sweeps each time. Nobody looks at one that rests: with a million
   * traces held, that alone would be a tenth of all time.
   */
  void sweep() {
    sweeps++;
    int place = sweeps % due.size();
    List<Child> now = due.set(place, new ArrayList<>());
    for (Child child : ahead.toSend(now)) {
      if (child.due != place) {
        continue;
      }
      child.due = Child.NOT_DUE;
      if (child.open) {
        boolean quiet = update(child) || child.candidates.count < 2;
        rest(child, quiet ? Math.min(LONGEST_REST, 4 * child.rest) : 1);
      }
    }
  }

  /**
   * Sends a child's messages anew.
   *
   * @return whether its parent lies, on average, where it lay the last time. The messages of those
   *     who want the same few slots may grow in step for long after and mean no more by it
   */
  boolean update(Child child) {
    Candidates all = child.candidates;
    int count = all.count;
    if (wishes.length < count) {
      wishes = new double[count * 2];
    }
    double[] wish = wishes;
    double[] weight = all.weight;
    double[] message = all.message;
    double total = 1 + all.burstWeight;
    double places = 0;
    for (int i = 0; i < count; i++) {
      wish[i] = weight[i] * free(all, i);
      total += wish[i];
      places += (i + 1) * wish[i];
    }
    for (int i = 0; i < count; i++) {
      double wanted = weight[i] / Math.max(1, total - wish[i]);
      double change = wanted - message[i];
      if (change != 0) {
        all.slots[i].add(change);
        all.slots[i].wanted(child, wanted);
        message[i] = wanted;
      }
    }
    float place = (float) (places / total);
    boolean quiet = Math.abs(place - all.place) < QUIET_CHANGE;
    all.place = place;
    return quiet;
  }

  /** How free a candidate's slot is for the child. */
  static double free(Candidates all, int index) {
    Slot slot = all.slots[index];
    double others = slot.load - all.message[index];
    Slot trace = slot.trace();
    if (trace != null && all.edges[index].expected < KNOWN_HANDOFFS) {
      others = trace.load - sentTo(all, trace);
    }
    return others <= 0 ? 1 : 1 / (1 + others);
  }

  /** While nothing is known of an orchestrator, its whole trace is taken to call a type once. */
  private static double sentTo(Candidates all, Slot trace) {
    double sum = 0;
    for (int i = 0; i < all.count; i++) {
      if (all.slots[i].trace() == trace) {
        sum += all.message[i];
      }
    }
    return sum;
  }

  /** Probability of each candidate into {@code result}; returns that of having no parent. */
  static double posterior(Child child, double[] result) {
    Candidates all = child.candidates;
    double total = 1 + all.burstWeight;
    for (int i = 0; i < all.count; i++) {
      result[i] = all.weight[i] * free(all, i);
      total += result[i];
    }
    for (int i = 0; i < all.count; i++) {
      result[i] /= total;
    }
    return (1 + all.burstWeight) / total;
  }

  /** Probability that a root comes from this trace. */
  static double probability(Child child, Fragment parent) {
    if (child.settled) {
      Child.Decision decision = child.decision;
      return decision != null && decision.exit().fragment == parent ? decision.confidence() : 0;
    }
    Candidates all = child.candidates;
    if (!all.containAnyOf(parent)) {
      return 0;
    }
    double total = 1 + all.burstWeight;
    double wanted = 0;
    for (int i = 0; i < all.count; i++) {
      double weight = all.weight[i] * free(all, i);
      total += weight;
      if (all.exits[i].fragment == parent) {
        wanted += weight;
      }
    }
    return wanted / total;
  }
}
