// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;

/**
 * The exits that may have brought forth a child, side by side in arrays of their exact number; one
 * that is larger and grows serves each search.
 */
final class Candidates {

  /** Of a child that has none, and of one whose candidates are forgotten. */
  static final Candidates NONE = new Candidates(0);

  int count;
  Exit[] exits;
  EdgeModel[] edges;

  /** The place each would give; made once a candidate is kept. */
  Slot[] slots;

  /** Logarithm of the keys' likelihood ratio. */
  float[] keyWeight;

  /** Density that stands in while the edge is unknown, and where the learnt ones are looked up. */
  float[] baseDensity;

  short[] delayBin;
  short[] slackBin;

  /** The keys' likelihood ratio times the credibility of the direction. */
  double[] evidence;

  /** Weight against having no parent, and the message sent to the candidate's slot. */
  double[] weight;

  double[] message;

  /** The clocks that {@link #evidence} was reckoned with. */
  private int clocks;

  Candidates(int size) {
    exits = new Exit[size];
    edges = new EdgeModel[size];
    slots = new Slot[size];
    keyWeight = new float[size];
    baseDensity = new float[size];
    delayBin = new short[size];
    slackBin = new short[size];
    evidence = new double[size];
    weight = new double[size];
    message = new double[size];
  }

  /** Starts a search; what it leaves must not stay in memory. */
  void clear(int clocksNow) {
    Arrays.fill(exits, 0, count, null);
    Arrays.fill(edges, 0, count, null);
    count = 0;
    clocks = clocksNow;
  }

  void add(Child child, Exit exit, EdgeModel edge, double logKeys) {
    if (count == exits.length) {
      grow();
    }
    double seconds = (child.startNanos - exit.startNanos) * 1e-9;
    exits[count] = exit;
    edges[count] = edge;
    keyWeight[count] = (float) logKeys;
    evidence[count] = Math.exp(keyWeight[count]) * Timing.direction(exit, child);
    baseDensity[count] = (float) Timing.prior(exit, child, seconds);
    delayBin[count] = (short) Density.bin(seconds);
    slackBin[count] = (short) Density.bin((exit.durationNanos() - child.durationNanos()) * 1e-9);
    count++;
  }

  /** Takes back the one that was added last. */
  void removeLast() {
    count--;
    exits[count] = null;
    edges[count] = null;
  }

  private void grow() {
    Candidates larger = new Candidates(2 * count);
    copy(this, larger, 0);
    exits = larger.exits;
    edges = larger.edges;
    slots = larger.slots;
    keyWeight = larger.keyWeight;
    baseDensity = larger.baseDensity;
    delayBin = larger.delayBin;
    slackBin = larger.slackBin;
    evidence = larger.evidence;
    weight = larger.weight;
    message = larger.message;
  }

  /** These and those, for a child to keep. */
  Candidates with(Candidates others, ChildType type) {
    int all = count + others.count;
    if (all == 0) {
      return NONE;
    }
    Candidates result = new Candidates(all);
    copy(this, result, 0);
    copy(others, result, count);
    for (int i = count; i < all; i++) {
      result.slots[i] = result.exits[i].slot(type);
    }
    result.count = all;
    result.clocks = others.clocks;
    return result;
  }

  private static void copy(Candidates from, Candidates to, int at) {
    int count = from.count;
    System.arraycopy(from.exits, 0, to.exits, at, count);
    System.arraycopy(from.edges, 0, to.edges, at, count);
    System.arraycopy(from.slots, 0, to.slots, at, count);
    System.arraycopy(from.keyWeight, 0, to.keyWeight, at, count);
    System.arraycopy(from.baseDensity, 0, to.baseDensity, at, count);
    System.arraycopy(from.delayBin, 0, to.delayBin, at, count);
    System.arraycopy(from.slackBin, 0, to.slackBin, at, count);
    System.arraycopy(from.evidence, 0, to.evidence, at, count);
    System.arraycopy(from.weight, 0, to.weight, at, count);
    System.arraycopy(from.message, 0, to.message, at, count);
  }

  /** Reckons with the clocks as they are known by now. */
  void follow(int clocksNow, Child child) {
    if (clocks == clocksNow) {
      return;
    }
    clocks = clocksNow;
    for (int i = 0; i < count; i++) {
      evidence[i] = Math.exp(keyWeight[i]) * Timing.direction(exits[i], child);
    }
  }

  boolean contain(Exit exit) {
    for (int i = 0; i < count; i++) {
      if (exits[i] == exit) {
        return true;
      }
    }
    return false;
  }

  /** Density of the candidate's distance and of both durations. */
  double density(int index) {
    return edges[index].density(delayBin[index], slackBin[index], baseDensity[index]);
  }

  /** Takes all messages back. */
  void withdraw(Child child) {
    for (int i = 0; i < count; i++) {
      slots[i].add(-message[i]);
      slots[i].leave(child);
    }
  }
}
