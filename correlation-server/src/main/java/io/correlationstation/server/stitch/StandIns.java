// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds edges that only stand in for another whose trace is missing. A root whose caller never
 * arrived still has its family there: the caller's caller, what else that one called. These carry
 * its keys and lie before it in time, as they do before each root of its kind.
 *
 * <p>That gives them away. An edge stands in for another when its calls lie before the other's
 * roots just as they lie before its own, and next to never have a root of their own there; and when
 * the other is nowhere near the roots that it won. Two services that both call a third have their
 * roots whether the other has one or not, and one that calls where another does not is not there
 * when the other does.
 */
final class StandIns {

  /** An edge that won less is not judged. */
  private static final int FEW = 5;

  private static final int ENOUGH = 20;

  /** Where the other has its roots, an edge's calls must be there that often. */
  private static final double MOSTLY = 0.6;

  /** How much better, in nats a root, an edge may explain its own roots than the other's. */
  private static final double ALIKE_NATS = 0.5;

  /** How much worse the other explains the roots that it did not win, to be missing there. */
  private static final double MISSING_NATS = 2;

  private static final double SELDOM = 0.1;

  /** A single root must not decide. */
  private static final double MOST_NATS = 8;

  /**
   * An edge and for which it stands in.
   *
   * @param share its roots, of those of the other
   */
  record StandIn(EdgeModel edge, EdgeModel of, double share) {}

  private final List<StandIn> found = new ArrayList<>();

  List<StandIn> found() {
    return Collections.unmodifiableList(found);
  }

  /** Judges the edges that won roots of one type. */
  void judge(List<Sample.Case> cases) {
    Map<EdgeModel, List<Sample.Case>> won = new LinkedHashMap<>();
    for (Sample.Case of : cases) {
      won.computeIfAbsent(of.won, k -> new ArrayList<>()).add(of);
    }
    won.forEach(
        (edge, own) -> {
          if (own.size() >= FEW) {
            judge(edge, own, won);
          }
        });
  }

  private void judge(EdgeModel edge, List<Sample.Case> own, Map<EdgeModel, List<Sample.Case>> won) {
    EdgeModel of = null;
    int most = 0;
    for (Map.Entry<EdgeModel, List<Sample.Case>> entry : won.entrySet()) {
      EdgeModel other = entry.getKey();
      List<Sample.Case> theirs = entry.getValue();
      if (other != edge
          && theirs.size() >= Math.max(ENOUGH, most + 1)
          && standsIn(edge, own, theirs)
          && isMissing(other, theirs, own)) {
        of = other;
        most = theirs.size();
      }
    }
    if (of != null) {
      found.add(new StandIn(edge, of, (double) own.size() / most));
    }
  }

  /**
   * Whether an edge's calls lie before others' roots as they lie before its own, and have none of
   * their own there.
   */
  private static boolean standsIn(EdgeModel edge, List<Sample.Case> own, List<Sample.Case> theirs) {
    Set<Fragment> callers = Collections.newSetFromMap(new IdentityHashMap<>());
    own.forEach(of -> callers.add(of.caller));
    double usual = usual(edge, own);
    double better = 0;
    int there = 0;
    int busy = 0;
    for (Sample.Case of : theirs) {
      Sample.Claim claim = of.claim(edge);
      if (claim != null) {
        there++;
        better += atMost(usual - claim.log(true));
        busy += callers.contains(claim.trace()) ? 1 : 0;
      }
    }
    return there >= MOSTLY * theirs.size() && better < ALIKE_NATS * there && busy < SELDOM * there;
  }

  /** Whether an edge explains the roots that another won much worse than its own. */
  private static boolean isMissing(
      EdgeModel edge, List<Sample.Case> own, List<Sample.Case> theirs) {
    double usual = usual(edge, own);
    double worse = 0;
    for (Sample.Case of : theirs) {
      Sample.Claim claim = of.claim(edge);
      worse += claim == null ? MOST_NATS : atMost(usual - claim.log(true));
    }
    return worse >= MISSING_NATS * theirs.size();
  }

  /** Logarithm of how well an edge by itself explains what it won. */
  private static double usual(EdgeModel edge, List<Sample.Case> own) {
    double sum = 0;
    for (Sample.Case of : own) {
      Sample.Claim claim = of.claim(edge);
      sum += claim == null ? 0 : claim.log(true);
    }
    return sum / own.size();
  }

  private static double atMost(double nats) {
    return Math.max(-MOST_NATS, Math.min(MOST_NATS, nats));
  }
}
