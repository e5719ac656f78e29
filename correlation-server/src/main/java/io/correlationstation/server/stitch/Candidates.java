// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a search found: the exits that may have brought forth a child, side by side in arrays of
 * their exact number, and what speaks for none of them. One that is larger and grows serves each
 * search.
 */
final class Candidates implements Copied {

  private static final int TRAITS = 3;
  private static final int BASE_DENSITY = 1;
  private static final int BINS = 2;
  private static final int BURST_BITS = 16;
  private static final int BURST_MASK = (1 << BURST_BITS) - 1;

  /** Earlier roots that are noted. */
  static final int MAX_BURST = Long.SIZE / BURST_BITS;

  private static final Exit[] NO_EXITS = {};
  private static final EdgeModel[] NO_EDGES = {};
  private static final int[] NO_TRAITS = {};
  private static final double[] NO_NUMBERS = {};

  /** Of a child that was not searched for, and of one whose candidates are forgotten. */
  static final Candidates NONE = new Candidates(0);

  int count;
  Exit[] exits;

  /** Where all are of one edge, that edge's own {@link EdgeModel#run}. */
  EdgeModel[] edges;

  /**
   * The place each would give; made once a candidate is kept. Where all are calls, which are
   * themselves the place, it is {@link #exits}.
   */
  Slot[] slots = NO_EXITS;

  /** Key weight, base density and both bins of each. */
  private int[] traits;

  /**
   * Weight of each against having no parent, and behind them the {@link #evidence}: one array where
   * memory is made of small ones.
   */
  double[] weight;

  /** The message sent to the candidate's slot. */
  double[] message;

  /** The clocks that the evidence was reckoned with. */
  private int clocks;

  /**
   * Where earlier roots of the same type and key lie, as work on one key comes in bursts: bins of
   * their distance, each plus one, the first lowest.
   */
  private long bursts;

  float burstKeyFactor;

  /** Weight of "one of a burst, without parent" against "without parent, by itself". */
  double burstWeight;

  /** Probability, at the last fit, of having no parent: 1 where there is no candidate. */
  private float orphan = 1;

  /** Where among them the parent lay on average when messages were last sent, from 1; 0 is none. */
  float place;

  /** By which fit the search went. */
  int fit;

  Candidates(int size) {
    this(size, size == 0 ? NO_EDGES : new EdgeModel[size]);
  }

  private Candidates(int size, EdgeModel[] edges) {
    boolean none = size == 0;
    exits = none ? NO_EXITS : new Exit[size];
    this.edges = edges;
    traits = none ? NO_TRAITS : new int[size * TRAITS];
    weight = none ? NO_NUMBERS : new double[2 * size];
    message = none ? NO_NUMBERS : new double[size];
  }

  @Override
  public void copyTo(FieldSink out) {
    out.put(burstKeyFactor);
    out.put(burstWeight);
    out.put(bursts);
    out.put(clocks);
    out.put(count);
    out.reference(edges);
    out.reference(exits);
    out.put(fit);
    out.reference(message);
    out.put(orphan);
    out.put(place);
    out.reference(slots);
    out.reference(traits);
    out.reference(weight);
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
    float keyWeight = (float) logKeys;
    weight[exits.length + count] = Math.exp(keyWeight) * Timing.direction(exit, child);
    int delayBin = Density.bin(child.startNanos - exit.startNanos);
    int slackBin = Density.bin(exit.durationNanos() - child.durationNanos());
    int at = count * TRAITS;
    traits[at] = Float.floatToRawIntBits(keyWeight);
    traits[at + BASE_DENSITY] = Float.floatToRawIntBits((float) Timing.prior(exit, child, seconds));
    traits[at + BINS] = delayBin << 16 | slackBin;
    count++;
  }

  /** Takes over from those that were found before what is known of earlier roots. */
  void burstsOf(Candidates before) {
    bursts = before.bursts;
    burstKeyFactor = before.burstKeyFactor;
  }

  void forgetBursts() {
    bursts = 0;
  }

  /** Notes the distance of an earlier root; at most {@link #MAX_BURST}. */
  void addBurst(int bin) {
    bursts |= (bin + 1L) << bursts() * BURST_BITS;
  }

  /** How many earlier roots are noted. */
  int bursts() {
    return (Long.SIZE + BURST_BITS - 1 - Long.numberOfLeadingZeros(bursts)) / BURST_BITS;
  }

  /** The bin of an earlier root's distance. */
  int burstBin(int index) {
    return (int) (bursts >>> index * BURST_BITS & BURST_MASK) - 1;
  }

  float orphan() {
    return orphan;
  }

  /** Stays 1 without candidates, so that {@link #NONE} is the same for all. */
  void orphan(double probability) {
    if (count > 0) {
      orphan = (float) probability;
    }
  }

  /** The keys' likelihood ratio times the credibility of the direction. */
  double evidence(int index) {
    return weight[exits.length + index];
  }

  /** Logarithm of the keys' likelihood ratio. */
  float keyWeight(int index) {
    return Float.intBitsToFloat(traits[index * TRAITS]);
  }

  /** Density that stands in while the edge is unknown. */
  private float baseDensity(int index) {
    return Float.intBitsToFloat(traits[index * TRAITS + BASE_DENSITY]);
  }

  /** Where the density of the delay is looked up. */
  int delayBin(int index) {
    return traits[index * TRAITS + BINS] >>> 16;
  }

  /** Where the density of the difference of both durations is looked up. */
  int slackBin(int index) {
    return traits[index * TRAITS + BINS] & 0xffff;
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
    edges = Arrays.copyOf(edges, 2 * count);
    traits = larger.traits;
    weight = larger.weight;
    message = larger.message;
  }

  /** These and those, for a child to keep. */
  Candidates with(Candidates others, ChildType type) {
    int all = count + others.count;
    EdgeModel only = onlyEdge(others);
    Candidates result = only == null ? new Candidates(all) : new Candidates(all, only.run(all));
    result.bursts = bursts;
    result.burstKeyFactor = burstKeyFactor;
    result.burstWeight = burstWeight;
    result.orphan = orphan;
    result.fit = fit;
    copy(this, result, 0);
    copy(others, result, count);
    if (only == null) {
      System.arraycopy(edges, 0, result.edges, 0, count);
      System.arraycopy(others.edges, 0, result.edges, count, others.count);
    }
    result.count = all;
    result.slots = places(result.exits, type);
    result.clocks = count == 0 ? others.clocks : Math.min(clocks, others.clocks);
    return result;
  }

  /** The edge of all of these and those; null when they differ or there are none. */
  private @Nullable EdgeModel onlyEdge(Candidates others) {
    if (count + others.count == 0) {
      return null;
    }
    EdgeModel first = count > 0 ? edges[0] : others.edges[0];
    return allAre(first) && others.allAre(first) ? first : null;
  }

  private boolean allAre(EdgeModel edge) {
    for (int i = 0; i < count; i++) {
      if (edges[i] != edge) {
        return false;
      }
    }
    return true;
  }

  private static Slot[] places(Exit[] exits, ChildType type) {
    boolean calls = true;
    for (Exit exit : exits) {
      calls &= exit.type.oneSlot();
    }
    if (calls) {
      return exits;
    }
    Slot[] slots = new Slot[exits.length];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = exits[i].slot(type);
    }
    return slots;
  }

  private static void copy(Candidates from, Candidates to, int at) {
    int count = from.count;
    System.arraycopy(from.exits, 0, to.exits, at, count);
    System.arraycopy(from.traits, 0, to.traits, at * TRAITS, count * TRAITS);
    System.arraycopy(from.weight, 0, to.weight, at, count);
    System.arraycopy(from.weight, from.exits.length, to.weight, to.exits.length + at, count);
    System.arraycopy(from.message, 0, to.message, at, count);
  }

  /** Reckons with the clocks as they are known by now. */
  void follow(int clocksNow, Child child) {
    if (clocks == clocksNow) {
      return;
    }
    clocks = clocksNow;
    for (int i = 0; i < count; i++) {
      weight[exits.length + i] = Math.exp(keyWeight(i)) * Timing.direction(exits[i], child);
      double seconds = (child.startNanos - exits[i].startNanos) * 1e-9;
      traits[i * TRAITS + BASE_DENSITY] =
          Float.floatToRawIntBits((float) Timing.prior(exits[i], child, seconds));
    }
  }

  /** Reads what hangs on it; what that is, is of no interest. */
  int readAhead() {
    return count == 0 ? 0 : (int) weight[count - 1] + (int) message[count - 1] + slots.length;
  }

  boolean contain(Exit exit) {
    for (int i = 0; i < count; i++) {
      if (exits[i] == exit) {
        return true;
      }
    }
    return false;
  }

  boolean containAnyOf(Fragment trace) {
    for (int i = 0; i < count; i++) {
      if (exits[i].fragment == trace) {
        return true;
      }
    }
    return false;
  }

  /** Density of the candidate's distance and of both durations. */
  double density(int index) {
    return edges[index].density(delayBin(index), slackBin(index), baseDensity(index));
  }

  /** Takes all messages back. */
  void withdraw(Child child) {
    for (int i = 0; i < count; i++) {
      slots[i].add(-message[i]);
      slots[i].leave(child);
    }
  }
}
