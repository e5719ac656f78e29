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
 * the other is nowhere near the roots that it won. Of two services that both call a third each has
 * its roots whether the other has one or not; who calls where the other does not is either not
 * there when the other does, or at another distance.
 */
final class StandIns {

  /** An edge that won less is not judged. */
  private static final int FEW = 5;

  private static final int ENOUGH = 20;

  /** Where the other has its roots, an edge's calls must be there that often. */
  private static final double MOSTLY = 0.6;

  /** How much better, in nats a root, an edge may explain its own roots than the other's. */
  private static final double ALIKE_NATS = 0.5;

  /** How much less likely the delays to its own roots may be by those to the other's. */
  private static final double STRANGE_NATS = 1;

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
   * Whether an edge's calls, in traces other than the caller's, lie before others' roots as they
   * lie before its own, and have none of their own there.
   */
  private static boolean standsIn(EdgeModel edge, List<Sample.Case> own, List<Sample.Case> theirs) {
    List<Sample.Claim> mine = claims(edge, own);
    List<Sample.Claim> there = claims(edge, theirs);
    there.removeIf(Sample.Claim::isOfCaller);
    return there.size() >= MOSTLY * theirs.size()
        && worse(mine, there) < ALIKE_NATS * there.size()
        && busy(own, there) < SELDOM * there.size()
        && isUsual(mine, there);
  }

  /** Whether an edge explains the roots that another won much worse than its own. */
  private static boolean isMissing(
      EdgeModel edge, List<Sample.Case> own, List<Sample.Case> others) {
    List<Sample.Claim> there = claims(edge, others);
    int without = others.size() - there.size();
    double worse = worse(claims(edge, own), there) + MOST_NATS * without;
    return worse >= MISSING_NATS * others.size();
  }

  /** What an edge makes of some roots, where it has anything that fits. */
  private static List<Sample.Claim> claims(EdgeModel edge, List<Sample.Case> roots) {
    List<Sample.Claim> claims = new ArrayList<>();
    for (Sample.Case of : roots) {
      Sample.Claim claim = of.claim(edge);
      if (claim != null) {
        claims.add(claim);
      }
    }
    return claims;
  }

  /** How much worse an edge explains some roots than it usually does its own, nats in all. */
  private static double worse(List<Sample.Claim> own, List<Sample.Claim> others) {
    double[] logs = own.stream().mapToDouble(claim -> claim.log(true)).sorted().toArray();
    double usual = logs.length == 0 ? 0 : logs[logs.length / 2];
    double sum = 0;
    for (Sample.Claim claim : others) {
      sum += Math.max(-MOST_NATS, Math.min(MOST_NATS, usual - claim.log(true)));
    }
    return sum;
  }

  /** How many of the calls before others' roots have a root of their own. */
  private static int busy(List<Sample.Case> own, List<Sample.Claim> there) {
    Set<Fragment> callers = Collections.newSetFromMap(new IdentityHashMap<>());
    own.forEach(of -> callers.add(of.caller));
    int busy = 0;
    for (Sample.Claim claim : there) {
      busy += callers.contains(claim.trace()) ? 1 : 0;
    }
    return busy;
  }

  /**
   * Whether an edge's delays to its own roots are likely by those to the others alone: what the few
   * teach of its delays drowns in what the many do.
   */
  private static boolean isUsual(List<Sample.Claim> own, List<Sample.Claim> there) {
    Density delays = new Density();
    there.forEach(claim -> delays.add(claim.delayBin(), 1));
    delays.smooth();
    return meanLog(delays, there) - meanLog(delays, own) < STRANGE_NATS;
  }

  private static double meanLog(Density delays, List<Sample.Claim> claims) {
    double sum = 0;
    for (Sample.Claim claim : claims) {
      int bin = claim.delayBin();
      sum += Math.log(delays.perSecond(bin) + Alone.ANY_TIME * Alone.broad(bin));
    }
    return sum / Math.max(1, claims.size());
  }
}
