// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Children of one type, and how each edge by itself explains them. */
final class Sample {

  private final CandidateSearch search;
  private final List<Child> children;

  /** What each edge by itself says of the children, and of their callers the other way round. */
  private final Map<EdgeModel, Alone> alone = new LinkedHashMap<>();

  private final Map<EdgeModel, Alone> exchanged = new LinkedHashMap<>();
  private final Density durations = new Density();
  private final Density callerDurations = new Density();

  Sample(CandidateSearch search, List<Child> children) {
    this.search = search;
    this.children = children;
  }

  /**
   * An edge that may explain a child, and the number under which it has it.
   *
   * @param trace of the candidate that is likeliest meant
   * @param delayBin of the same
   * @param isOfCaller whether the edge leads to the child from the trace that won it, too
   */
  record Claim(
      EdgeModel edge, Alone alone, int number, Fragment trace, int delayBin, boolean isOfCaller) {

    double log(boolean byDurations) {
      return alone.log(number, byDurations);
    }
  }

  /** A child, by which edge and whom it was won, and who claims it and its caller. */
  static final class Case {
    final EdgeModel won;
    final Fragment caller;
    private final List<Claim> claims;
    private final List<Claim> back = new ArrayList<>();

    private Case(EdgeModel won, Fragment caller, List<Claim> claims) {
      this.won = won;
      this.caller = caller;
      this.claims = claims;
    }

    /** What an edge makes of the child; null when it has nothing that fits. */
    @Nullable Claim claim(EdgeModel edge) {
      for (Claim claim : claims) {
        if (claim.edge == edge) {
          return claim;
        }
      }
      return null;
    }
  }

  /**
   * Compares what won with what might have, by the edge that won.
   *
   * @param contests gets the other explanations of the children
   * @param exchanges gets those of their callers by the children's traces
   * @param standIns judges which of the winners won only where another is missing
   */
  void contest(
      Map<EdgeModel, Contest> contests, Map<EdgeModel, Contest> exchanges, StandIns standIns) {
    List<Case> cases = new ArrayList<>();
    for (Child child : children) {
      int winner = winner(child.candidates);
      if (winner >= 0) {
        Fragment caller = child.candidates.exits[winner].fragment;
        Case of = new Case(child.candidates.edges[winner], caller, gather(child, caller));
        exchange(child, caller, of);
        cases.add(of);
      }
    }
    durations.smooth();
    callerDurations.smooth();
    alone.values().forEach(edge -> edge.fit(durations));
    exchanged.values().forEach(edge -> edge.fit(callerDurations));
    for (Case of : cases) {
      Contest contest = contests.computeIfAbsent(of.won, k -> new Contest());
      Contest exchange = exchanges.computeIfAbsent(of.won, k -> new Contest());
      contest.count();
      exchange.count();
      for (Claim own : of.claims) {
        if (own.isOfCaller) {
          compare(of, own, contest, exchange);
        }
      }
    }
    standIns.judge(cases);
  }

  private static void compare(Case of, Claim own, Contest contest, Contest exchange) {
    double all = own.log(true);
    double delay = own.log(false);
    for (Claim rival : of.claims) {
      if (!rival.isOfCaller) {
        boolean calls = own.edge.exit.oneSlot() || rival.edge.exit.oneSlot();
        contest.add(own.edge, rival.edge, (calls ? all : delay) - rival.log(calls));
      }
    }
    for (Claim back : of.back) {
      exchange.add(own.edge, back.edge, all - back.log(true));
    }
  }

  /** The likeliest candidate that shares a key; -1 for none. */
  private static int winner(Candidates all) {
    int best = -1;
    double most = 0;
    for (int i = 0; i < all.count; i++) {
      double wanted = all.weight[i] * Matcher.free(all, i);
      if (all.keyWeight(i) > 0 && wanted > most) {
        best = i;
        most = wanted;
      }
    }
    return best;
  }

  private List<Claim> gather(Child child, Fragment caller) {
    Candidates all = search.everything(child);
    Map<EdgeModel, List<Integer>> byEdge = new LinkedHashMap<>();
    Set<EdgeModel> own = new HashSet<>();
    for (int i = 0; i < all.count; i++) {
      if (all.keyWeight(i) > 0 && all.edges[i].usable()) {
        byEdge.computeIfAbsent(all.edges[i], k -> new ArrayList<>()).add(i);
        if (all.exits[i].fragment == caller) {
          own.add(all.edges[i]);
        }
      }
    }
    int duration = Density.bin(child.durationNanos());
    durations.add(duration, 1);
    List<Claim> claims = new ArrayList<>();
    byEdge.forEach(
        (edge, which) -> claims.add(claim(edge, child, all, which, duration, own.contains(edge))));
    return claims;
  }

  private Claim claim(
      EdgeModel edge,
      Child child,
      Candidates all,
      List<Integer> which,
      int duration,
      boolean isOfCaller) {
    int[] bins = new int[2 * which.size()];
    double[] part = new double[which.size()];
    double total = 0;
    for (int i : which) {
      total += Math.exp(all.keyWeight(i));
    }
    int best = 0;
    for (int at = 0; at < part.length; at++) {
      int i = which.get(at);
      bins[2 * at] = all.delayBin(i);
      bins[2 * at + 1] = all.slackBin(i);
      part[at] = Math.exp(all.keyWeight(i)) / total * order(all.exits[i], child);
      best = part[at] > part[best] ? at : best; // the newest of like ones: it comes first
    }
    Alone claimant = alone.computeIfAbsent(edge, k -> new Alone());
    Fragment trace = all.exits[which.get(best)].fragment;
    int number = claimant.add(bins, part, duration);
    return new Claim(edge, claimant, number, trace, bins[2 * best], isOfCaller);
  }

  /** How the caller's roots would be explained by the child's own trace. */
  private void exchange(Child child, Fragment caller, Case of) {
    for (Child root = caller.children; root != null; root = root.next) {
      int duration = Density.bin(root.durationNanos());
      callerDurations.add(duration, 1);
      for (Exit exit = child.fragment.exits; exit != null; exit = exit.next) {
        EdgeModel edge = root.type.edge(exit.type);
        if (edge != null && exit.usable() && mayExchange(edge, of)) {
          int[] bins = {
            Density.bin(root.startNanos - exit.startNanos),
            Density.bin(exit.durationNanos() - root.durationNanos())
          };
          Alone claimant = exchanged.computeIfAbsent(edge, k -> new Alone());
          int number = claimant.add(bins, new double[] {order(exit, root)}, duration);
          of.back.add(new Claim(edge, claimant, number, child.fragment, bins[0], false));
        }
      }
    }
  }

  /** A span that shows no calls is nothing against a call whose callee nobody saw. */
  private static boolean mayExchange(EdgeModel edge, Case of) {
    return !edge.forbidden
        && edge.usable()
        && (edge.exit.oneSlot() || !of.won.exit.oneSlot())
        && of.back.stream().noneMatch(claim -> claim.edge == edge);
  }

  /** How credible the order of the two is. */
  private static double order(Exit exit, Child child) {
    long early = exit.startNanos - child.startNanos;
    if (early > 0 && !Timing.mayStartBefore(exit, child, early)) {
      return 0;
    }
    return Timing.direction(exit, child);
  }
}
