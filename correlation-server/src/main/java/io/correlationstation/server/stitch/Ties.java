// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds edges that win only by chance: where callers show no calls, two spans of different traces
 * that run side by side explain a later child equally well, and the fit settles on one of them
 * without evidence.
 *
 * <p>Each edge gets, for itself alone, the delays to the children it might explain. When its
 * density fits the children of the winning edge as well as the winner's own, the two are tied.
 */
final class Ties {

  private static final double SAME_NATS = 0.02;
  private static final double NOISE_NATS = 4;
  private static final double OFTEN = 0.5;
  private static final int ENOUGH = 30;

  private final Vocabulary vocabulary;
  private final Map<EdgeModel, Density> alone = new HashMap<>();
  private final Map<EdgeModel, Contest> contests = new HashMap<>();

  Ties(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  void find(Collection<Child> window) {
    Map<Child, List<Integer>> candidates = new LinkedHashMap<>();
    for (Child child : window) {
      if (child.whole > 0.5 && child.candidates.orphan() < 0.5) {
        List<Integer> best = bestByEdge(child);
        candidates.put(child, best);
        for (int i : best) {
          alone
              .computeIfAbsent(child.candidates.edges[i], k -> new Density())
              .add(child.candidates.delayBin(i), 1);
        }
      }
    }
    alone.values().forEach(Density::smooth);
    candidates.forEach(this::contest);
    for (EdgeModel edge : vocabulary.edges()) {
      edge.tied = isTied(edge);
    }
  }

  /** The candidate of each silent edge whose keys say most. */
  private static List<Integer> bestByEdge(Child child) {
    List<Integer> best = new ArrayList<>();
    for (int i = 0; i < child.candidates.count; i++) {
      if (child.candidates.exits[i].type.oneSlot()
          || child.candidates.keyWeight(i) <= 0
          || child.candidates.edges[i].forbidden) {
        continue;
      }
      int known = -1;
      for (int j = 0; j < best.size(); j++) {
        if (child.candidates.edges[best.get(j)] == child.candidates.edges[i]) {
          known = j;
        }
      }
      if (known < 0) {
        best.add(i);
      } else if (better(child, i, best.get(known))) {
        best.set(known, i);
      }
    }
    return best;
  }

  private static boolean better(Child child, int one, int other) {
    if (child.candidates.weight[one] != child.candidates.weight[other]) {
      return child.candidates.weight[one] > child.candidates.weight[other];
    }
    return child.candidates.exits[one].startNanos > child.candidates.exits[other].startNanos;
  }

  private void contest(Child child, List<Integer> best) {
    int winner = -1;
    for (int i : best) {
      if (winner < 0 || child.candidates.weight[i] > child.candidates.weight[winner]) {
        winner = i;
      }
    }
    if (winner < 0) {
      return;
    }
    Contest contest = contests.computeIfAbsent(child.candidates.edges[winner], k -> new Contest());
    contest.children++;
    for (int own : best) {
      if (child.candidates.exits[own].fragment == child.candidates.exits[winner].fragment) {
        for (int i : best) {
          if (child.candidates.exits[i].fragment != child.candidates.exits[winner].fragment) {
            contest.add(
                child.candidates.edges[own],
                child.candidates.edges[i],
                logDensity(child, own) - logDensity(child, i));
          }
        }
      }
    }
  }

  private double logDensity(Child child, int index) {
    Density density = alone.get(child.candidates.edges[index]);
    return density == null
        ? 0
        : Math.log(1e-6 + density.perSecond(child.candidates.delayBin(index)));
  }

  private boolean isTied(EdgeModel edge) {
    Contest contest = contests.get(edge);
    return contest != null && contest.children >= ENOUGH && contest.isTied();
  }

  /**
   * How the edges of the winner's trace fare against those of other traces, on the same children.
   */
  private static final class Contest {

    private final Map<EdgeModel, Map<EdgeModel, double[]>> leads = new HashMap<>();
    private int children;

    void add(EdgeModel own, EdgeModel rival, double lead) {
      double[] sum =
          leads
              .computeIfAbsent(rival, k -> new HashMap<>())
              .computeIfAbsent(own, k -> new double[2]);
      sum[0]++;
      sum[1] += lead;
    }

    /** Whether some rival that is there more often than not is beaten by none of them. */
    boolean isTied() {
      for (Map<EdgeModel, double[]> ofRival : leads.values()) {
        boolean often = false;
        boolean beaten = false;
        for (double[] sum : ofRival.values()) {
          if (sum[0] >= OFTEN * children) {
            often = true;
            beaten |= sum[1] >= SAME_NATS * sum[0] + NOISE_NATS;
          }
        }
        if (often && !beaten) {
          return true;
        }
      }
      return false;
    }
  }
}
