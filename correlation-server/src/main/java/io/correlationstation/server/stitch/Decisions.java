// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Turns probabilities into handoffs, and tells the sink what changed. */
final class Decisions {

  static final String MODEL_VERSION = "branching-4";
  private static final double TOLD_CHANGE = 0.01;
  private static final int MAX_RIVALS = 5;

  private final StitchConfig config;
  private final Keys keys;
  private final Verdicts verdicts;
  private final HandoffSink sink;
  private final long[] told = new long[Handoff.State.values().length];
  private long abstained;
  private double[] probability = new double[64];

  /** The traces of the candidates of the child that is decided on. */
  private Fragment[] traces = new Fragment[64];

  private String modelVersion = MODEL_VERSION + ".0";

  Decisions(StitchConfig config, Keys keys, Verdicts verdicts, HandoffSink sink) {
    this.config = config;
    this.keys = keys;
    this.verdicts = verdicts;
    this.sink = sink;
  }

  /** The model was fitted for the n-th time: decisions from now on are of that version. */
  void fitted(long fits) {
    modelVersion = MODEL_VERSION + "." + fits;
  }

  Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    for (Handoff.State state : Handoff.State.values()) {
      if (told[state.ordinal()] > 0) {
        counts.put(state.name(), told[state.ordinal()]);
      }
    }
    if (abstained > 0) {
      counts.put("abstained", abstained);
    }
    return counts;
  }

  /** Decides on a child; {@code last} when nothing but late evidence will change it. */
  void decide(Child child, boolean last) {
    lookAt(child.candidates);
    double orphan = Matcher.posterior(child, probability);
    if (1 - orphan >= config.abstainBelow()) { // else nothing is said anyhow
      Exchange.allowFor(child, probability, orphan);
    }
    int best = bestCandidate(child);
    double confidence = best < 0 ? 0 : traceProbability(child, traces[best]);
    if (best >= 0) {
      confidence = Math.min(confidence, atMost(child, best));
    }
    boolean forGood = last && !child.decided;
    child.decided |= last;
    int confirmed = confirmedCandidate(child);
    if (confirmed >= 0) {
      tell(child, confirmed, 1);
    } else if (verdicts.anyConfirmed(child)) {
      child.decision = null; // its parent is not held: whoever took the verdict tells it
    } else if (confidence < config.abstainBelow()) {
      withdraw(child, last);
    } else {
      tell(child, best, Math.min(confidence, 1));
    }
    if (forGood) {
      count(child);
    }
    Arrays.fill(traces, 0, child.candidates.count, null); // or it would keep them in memory
  }

  private static void count(Child child) {
    Child.Decision decision = child.decision;
    if (decision != null) {
      EdgeModel edge = child.type.edge(decision.exit().type);
      if (edge != null) {
        edge.sawJoined(decision.confidence());
      }
    }
  }

  private void lookAt(Candidates all) {
    if (probability.length < all.count) {
      probability = new double[all.count * 2];
      traces = new Fragment[all.count * 2];
    }
    for (int i = 0; i < all.count; i++) {
      traces[i] = all.exits[i].fragment;
    }
  }

  /** The likeliest span of the likeliest trace; -1 when there is none. */
  private int bestCandidate(Child child) {
    Fragment bestTrace = null;
    double bestSum = 1e-6;
    for (int i = 0; i < child.candidates.count; i++) {
      Fragment trace = traces[i];
      if (trace != bestTrace && probability[i] > 1e-6) {
        double sum = traceProbability(child, trace);
        if (sum > bestSum && !reversed(child, trace, sum)) {
          bestTrace = trace;
          bestSum = sum;
        }
      }
    }
    int best = -1;
    for (int i = 0; i < child.candidates.count; i++) {
      if (traces[i] == bestTrace && (best < 0 || likelier(child, i, best))) {
        best = i;
      }
    }
    return best;
  }

  /** Of calls that nothing is known about yet, the later of two like ones is the likelier cause. */
  private boolean likelier(Child child, int one, int other) {
    boolean unknown =
        child.candidates.edges[one].expected < Matcher.KNOWN_HANDOFFS
            && child.candidates.edges[other].expected < Matcher.KNOWN_HANDOFFS;
    boolean alike =
        child.candidates.edges[one] == child.candidates.edges[other]
            && probability[one] > 0.5 * probability[other]
            && probability[other] > 0.5 * probability[one];
    if (unknown && alike) {
      return child.candidates.exits[one].startNanos > child.candidates.exits[other].startNanos;
    }
    return probability[one] > probability[other];
  }

  /** What a candidate is good for; who names what it handed over is in no doubt. */
  static double atMost(Child child, int index) {
    boolean named = Carriers.same(child, child.candidates.exits[index]);
    return named ? 1 : child.candidates.edges[index].atMost();
  }

  private int confirmedCandidate(Child child) {
    if (verdicts.anyConfirmed(child)) {
      for (int i = 0; i < child.candidates.count; i++) {
        if (verdicts.confirms(child, child.candidates.exits[i])) {
          return i;
        }
      }
    }
    return -1;
  }

  private double traceProbability(Child child, Fragment parent) {
    double sum = 0;
    for (int i = 0; i < child.candidates.count; i++) {
      if (traces[i] == parent) {
        sum += probability[i];
      }
    }
    return sum;
  }

  /** Two traces can't bring forth each other: the likelier direction holds. */
  private static boolean reversed(Child child, Fragment parent, double forward) {
    if (isDescendant(parent, child.fragment)) {
      return true;
    }
    for (Child root = parent.children; root != null; root = root.next) {
      if (Matcher.probability(root, child.fragment) > forward) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code fragment} was already decided to come from {@code ancestor}. */
  private static boolean isDescendant(Fragment fragment, Fragment ancestor) {
    Fragment at = fragment;
    for (int depth = 0; depth < 64; depth++) {
      if (at == ancestor) {
        return true;
      }
      Fragment up = null;
      for (Child child = at.children; child != null; child = child.next) {
        Child.Decision decision = child.decision;
        if (decision != null) {
          up = decision.exit().fragment;
        }
      }
      if (up == null) {
        return false;
      }
      at = up;
    }
    return true;
  }

  private void withdraw(Child child, boolean last) {
    Child.Decision before = child.decision;
    if (before == null) {
      if (last) {
        abstained++;
      }
      return;
    }
    child.decision = null;
    withdraw(child, before);
  }

  private void withdraw(Child child, Child.Decision before) {
    Explanation why = new Explanation(keys);
    if (verdicts.rejects(child, before.exit())) {
      why.rejected(verdicts.author(child, before.exit()));
    }
    String supersedes =
        state(before.confidence()) == Handoff.State.LINKED
            ? Ids.handoff(before.exit(), child)
            : null;
    emit(child, before.exit(), 0, Handoff.State.REJECTED, supersedes, why);
  }

  private void tell(Child child, int best, double confidence) {
    Exit exit = child.candidates.exits[best];
    Handoff.State state = state(confidence);
    Child.Decision before = child.decision;
    String supersedes = null;
    if (before != null) {
      if (before.exit() != exit) {
        supersedes = Ids.handoff(before.exit(), child);
        if (state(before.confidence()) == Handoff.State.LINKED) {
          withdraw(child, before);
        }
      } else if (state(before.confidence()) == state
          && Math.abs(before.confidence() - confidence) < TOLD_CHANGE) {
        return;
      } else if (state(before.confidence()) == Handoff.State.LINKED) {
        supersedes = Ids.handoff(before.exit(), child);
      }
    }
    child.decision = new Child.Decision(exit, confidence);
    emit(child, exit, confidence, state, supersedes, explain(child, exit));
  }

  private Handoff.State state(double confidence) {
    return confidence >= config.acceptAt() ? Handoff.State.LINKED : Handoff.State.CANDIDATE;
  }

  private void emit(
      Child child,
      Exit exit,
      double confidence,
      Handoff.State state,
      @Nullable String supersedes,
      Explanation why) {
    told[state.ordinal()]++;
    sink.handoff(
        new Handoff(
            Ids.handoff(exit, child),
            reference(exit),
            reference(child),
            keysOf(exit, child),
            confidence,
            state,
            why.evidence(),
            rivals(child, exit),
            child.startNanos - exit.startNanos,
            why.method(),
            modelVersion,
            supersedes));
  }

  private Explanation explain(Child child, Exit exit) {
    Explanation why = new Explanation(keys);
    for (int i = 0; i < child.candidates.count; i++) {
      if (child.candidates.exits[i] == exit) {
        why.explain(child, i, probability[i], traceProbability(child, exit.fragment));
      }
    }
    if (verdicts.confirms(child, exit)) {
      why.confirmed(verdicts.author(child, exit));
    }
    return why;
  }

  private List<Handoff.Rival> rivals(Child child, Exit chosen) {
    int[] best = new int[MAX_RIVALS];
    int count = 0;
    for (int i = 0; i < child.candidates.count; i++) {
      if (child.candidates.exits[i] == chosen || probability[i] <= 1e-4) {
        continue;
      }
      int at = count;
      while (at > 0 && probability[best[at - 1]] < probability[i]) {
        at--;
      }
      if (at < MAX_RIVALS) {
        count = Math.min(MAX_RIVALS, count + 1);
        System.arraycopy(best, at, best, at + 1, count - 1 - at);
        best[at] = i;
      }
    }
    List<Handoff.Rival> rivals = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      rivals.add(
          new Handoff.Rival(reference(child.candidates.exits[best[i]]), probability[best[i]]));
    }
    return rivals;
  }

  private Map<String, String> keysOf(Exit exit, Child child) {
    Map<String, String> result = new LinkedHashMap<>();
    for (KeyValue key : exit.fragment.keys()) {
      result.put(keys.spec(key.key).name(), key.value);
    }
    for (KeyValue key : child.fragment.keys()) {
      result.put(keys.spec(key.key).name(), key.value);
    }
    return result;
  }

  private static SpanRef reference(Exit exit) {
    return new SpanRef(
        Ids.trace(exit.fragment),
        Ids.span(exit.spanId),
        exit.type.service.name,
        exit.type.name,
        exit.startNanos,
        exit.endNanos);
  }

  private static SpanRef reference(Child child) {
    return new SpanRef(
        Ids.trace(child.fragment),
        Ids.span(child.spanId),
        child.type.service.name,
        child.type.name,
        child.startNanos,
        child.endNanos);
  }
}
