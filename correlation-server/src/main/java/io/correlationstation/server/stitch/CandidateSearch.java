// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.List;

/** Finds the exits that may have brought forth a child, by key and by time. */
final class CandidateSearch {

  private static final int MAX_EXAMINED = 1024;
  private static final int MAX_CANDIDATES = 256;
  private static final int MAX_KEYLESS_PER_EDGE = 48;
  private static final double KEYLESS_SHARE = 0.02;
  private static final double NEGLIGIBLE = 1e-4;
  static final double WEAK_MISMATCH = Math.log(0.03);
  static final double DERIVED_MISMATCH = Math.log(0.02);

  /** Where the logarithms that others are weighed by may be rounded. */
  private static final double NEGLIGIBLE_SURELY = 0.999 * NEGLIGIBLE;

  private static final double CONFIRMED = Math.log(1e9);
  private static final double OWN_KEY_FACTOR = 1.5;
  private static final double OWN_KEY = Math.log(OWN_KEY_FACTOR);

  private final Keys keys;
  private final Vocabulary vocabulary;
  private final Verdicts verdicts;
  private final Carriers carriers;
  private final Skew skew;
  private final long windowNanos;

  /** What the running search has found. */
  private final Candidates found = new Candidates(64);

  /** Whether the running search leaves nothing out. */
  private boolean everything;

  private long vetoes;

  /** Number of the running search, and which keys its child has, all of them and uncertain ones. */
  private int round;

  private int soughtKeys;
  private int uncertainKeys;

  /**
   * Edges whose {@link EdgeModel#most} is less can't bring forth its child, whatever they share.
   */
  private double leastOfEdge;

  CandidateSearch(
      StitchConfig config,
      Keys keys,
      Vocabulary vocabulary,
      Verdicts verdicts,
      Carriers carriers,
      Skew skew) {
    this.keys = keys;
    this.vocabulary = vocabulary;
    this.verdicts = verdicts;
    this.carriers = carriers;
    this.skew = skew;
    windowNanos = config.window().toNanos();
  }

  long vetoes() {
    return vetoes;
  }

  /**
   * @param fits the fit by which it goes
   */
  void search(Child child, int fits) {
    Candidates before = child.candidates;
    child.clearCandidates();
    begin(child);
    Exit handedOver = carriers.handedOver(child);
    if (handedOver != null && isNew(handedOver)) {
      exact(child, handedOver);
    }
    for (KeyValue key : child.fragment.keys()) {
      if (keys.spec(key.key).strong() && !key.quarantined) {
        byKey(child, key);
      }
    }
    byTime(child);
    Candidates all = Candidates.NONE.with(found, child.type);
    found.clear(0);
    all.burstsOf(before);
    burst(child, all);
    all.burstWeight = child.type.burstWeight(all);
    child.searched(all, fits);
  }

  /** All that share a strong key, also what the fit has given up; good until the next search. */
  Candidates everything(Child child) {
    begin(child);
    leastOfEdge = 0;
    everything = true;
    long before = vetoes;
    for (KeyValue key : child.fragment.keys()) {
      if (keys.spec(key.key).strong() && !key.quarantined) {
        byKey(child, key);
      }
    }
    vetoes = before;
    everything = false;
    return found;
  }

  /** Forgets what the last search found, or it would keep it in memory. */
  void letGo() {
    found.clear(0);
  }

  /** Finds the latest roots of the same type under the child's most telling key. */
  private void burst(Child child, Candidates result) {
    KeyValue telling = null;
    for (KeyValue key : child.fragment.keys()) {
      if (keys.spec(key.key).strong()
          && !key.quarantined
          && (telling == null || key.children.size() > telling.children.size())) {
        telling = key;
      }
    }
    if (telling == null) {
      return;
    }
    TimeOrdered<Child> others = telling.children;
    result.forgetBursts();
    int examined = 0;
    for (int i = others.firstAtOrAfter(child.startNanos) - 1;
        i >= 0 && result.bursts() < Candidates.MAX_BURST && examined < 64;
        i--, examined++) {
      Child other = others.get(i);
      long distance = child.startNanos - other.startNanos;
      if (distance > windowNanos) {
        break;
      }
      if (other.type == child.type) {
        result.addBurst(Density.bin(distance));
      }
    }
    result.burstKeyFactor = (float) (1 / keys.chance(telling, 1));
  }

  private void byKey(Child child, KeyValue key) {
    TimeOrdered<Exit> exits = key.exits;
    long earliest = child.startNanos - windowNanos;
    int examined = 0;
    long latest = child.startNanos + Timing.ADRIFT_NANOS;
    for (int i = exits.firstAfter(latest) - 1; i >= 0; i--) {
      Exit exit = exits.get(i);
      if (exit.startNanos < earliest
          || ++examined > MAX_EXAMINED
          || found.count >= MAX_CANDIDATES) {
        return;
      }
      if (isNew(exit)) {
        consider(child, exit);
      }
    }
  }

  /** Exits that have no key in common to compare, of edges known to lose context. */
  private void byTime(Child child) {
    for (EdgeModel edge : child.type.edges) {
      if (edge.share >= KEYLESS_SHARE && edge.expected >= 3) {
        double clocks = Skew.between(edge.exit.service, child.type.service);
        long start = child.startNanos - Math.round(1e9 * clocks);
        byTime(child, edge.exit.groups, start - windowNanos, start + Timing.MOST_SKEW_NANOS);
      }
    }
  }

  /** The newest of all groups first. */
  private void byTime(Child child, List<ExitType.Group> groups, long earliest, long latest) {
    for (ExitType.Group group : groups) {
      boolean comparable = (group.keys & soughtKeys & keys.strongKeys()) != 0;
      group.cursor = comparable ? -1 : group.begin(latest);
    }
    int taken = 0;
    while (taken < MAX_KEYLESS_PER_EDGE) {
      ExitType.Group newest = null;
      long time = earliest - 1;
      for (ExitType.Group group : groups) {
        if (group.cursor >= 0 && group.exits.get(group.cursor).startNanos > time) {
          newest = group;
          time = group.exits.get(group.cursor).startNanos;
        }
      }
      if (newest == null) {
        return;
      }
      Exit exit = newest.exits.get(newest.cursor--);
      if (isNew(exit) && consider(child, exit)) {
        taken++;
      }
    }
  }

  /** Starts a search: notes what its child carries. */
  private void begin(Child child) {
    round++;
    found.clear(skew.version());
    soughtKeys = 0;
    uncertainKeys = 0;
    KeySet sought = child.fragment.keySet;
    for (int i = 0; i < sought.values.length; i++) {
      KeyValue value = sought.values[i];
      if (!value.quarantined) {
        value.soughtIn = round;
        soughtKeys |= 1 << value.key;
        if (sought.via(i) != null) {
          uncertainKeys |= 1 << value.key;
        }
      }
    }
    leastOfEdge = child.type.settled() ? leastOfEdge(child) : 0;
  }

  private double leastOfEdge(Child child) {
    double rarest = 1;
    for (KeyValue value : child.fragment.keys()) {
      if (!value.quarantined) {
        rarest = Math.min(rarest, keys.chance(value, 2));
      }
    }
    return NEGLIGIBLE_SURELY
        * child.type.orphanRate
        * rarest
        / OWN_KEY_FACTOR
        / child.type.telling(child);
  }

  private boolean isNew(Exit exit) {
    if (exit.examinedIn == round) {
      return false;
    }
    exit.examinedIn = round;
    return true;
  }

  private boolean consider(Child child, Exit exit) {
    if (exit.fragment == child.fragment || !exit.usable()) {
      return false;
    }
    long early = exit.startNanos - child.startNanos;
    if (early > 0 && !Timing.mayStartBefore(exit, child, early)) {
      return false;
    }
    if (verdicts.anyConfirmed(child)) {
      return verdicts.confirms(child, exit) && confirmed(child, exit);
    }
    EdgeModel known = child.type.edge(exit.type);
    boolean hopeless = known != null && (known.forbidden || known.most() < leastOfEdge);
    if (hopeless || verdicts.rejects(child, exit)) {
      return false;
    }
    double logKeys = compare(exit);
    if (Double.isNaN(logKeys) || Carriers.differ(child, exit)) {
      vetoes++;
      return false;
    }
    if (known == null && vocabulary.full()) {
      return false;
    }
    EdgeModel edge = known == null ? vocabulary.edge(exit.type, child.type) : known;
    if (edge.forbidden) {
      return false;
    }
    boolean settled = child.type.settled() && !everything;
    double factor = exit.fragment.keySet.comparedFactor;
    if (settled && edge.mostWeight(exit, child) * factor * OWN_KEY_FACTOR < NEGLIGIBLE) {
      return false;
    }
    if (add(child, exit, edge, logKeys) < NEGLIGIBLE && settled) {
      found.removeLast();
      return false;
    }
    return true;
  }

  /**
   * The call that says it handed over what the root took up: likely however rare such a pair is.
   */
  private void exact(Child child, Exit exit) {
    if (child.ruledOn) {
      consider(child, exit);
      return;
    }
    if (exit.fragment == child.fragment || !exit.usable()) {
      return;
    }
    double logKeys = compare(exit);
    EdgeModel edge = vocabulary.edge(exit.type, child.type);
    if (Double.isNaN(logKeys)) {
      vetoes++;
    } else if (!edge.forbidden) {
      add(child, exit, edge, logKeys + Carriers.SAME);
    }
  }

  /** The parent that a person named is the only candidate, as good as certain to the matching. */
  private boolean confirmed(Child child, Exit exit) {
    add(child, exit, vocabulary.edge(exit.type, child.type), CONFIRMED);
    return true;
  }

  /** Returns its weight. */
  private double add(Child child, Exit exit, EdgeModel edge, double logKeys) {
    found.add(child, exit, edge, logKeys);
    int last = found.count - 1;
    found.weight[last] = Matcher.weight(child, found, last);
    return found.weight[last];
  }

  /** Logarithm of the keys' likelihood ratio; NaN when a strong key contradicts. */
  private double compare(Exit exit) {
    KeySet parent = exit.fragment.keySet;
    if (parent.comparedIn != round && !parent.isEmpty()) {
      parent.comparedIn = round;
      compare(parent);
    }
    int key = parent.comparedKey;
    return key >= 0 && (exit.ownKeys & (1 << key)) != 0
        ? parent.comparedLog + OWN_KEY
        : parent.comparedLog;
  }

  private void compare(KeySet parent) {
    int same = 0;
    int comparable = 0;
    int uncertain = uncertainKeys;
    KeyValue shared = null;
    for (int i = 0; i < parent.values.length; i++) {
      KeyValue value = parent.values[i];
      int bit = 1 << value.key;
      if (value.quarantined || (soughtKeys & bit) == 0) {
        continue;
      }
      comparable |= bit;
      uncertain |= parent.via(i) == null ? 0 : bit;
      if (value.soughtIn == round) {
        same |= bit;
        shared = shared == null || value.key < shared.key ? value : shared;
      }
    }
    int differing = comparable & ~same;
    int strong = differing & keys.strongKeys();
    parent.comparedKey = shared == null ? -1 : (byte) shared.key;
    if ((strong & ~uncertain) != 0) {
      parent.comparedLog = Float.NaN;
      return;
    }
    double log = shared == null ? 0 : -Math.log(keys.chance(shared, 2));
    log += Integer.bitCount(differing & ~strong) * WEAK_MISMATCH;
    log += Integer.bitCount(strong) * DERIVED_MISMATCH;
    parent.comparedLog = (float) log;
    parent.comparedFactor = (float) Math.exp(log);
  }

  /** Offers an exit that came late to the children already searched; returns those it suits. */
  List<Child> offer(Exit exit, int fits) {
    List<Child> suited = new ArrayList<>(0);
    for (KeyValue key : exit.fragment.keys()) {
      if (!keys.spec(key.key).strong() || key.quarantined) {
        continue;
      }
      TimeOrdered<Child> children = key.children;
      int examined = 0;
      for (int i = children.firstAtOrAfter(exit.startNanos - Timing.ADRIFT_NANOS);
          i < children.size() && examined < MAX_EXAMINED;
          i++, examined++) {
        Child child = children.get(i);
        if (child.startNanos > exit.startNanos + windowNanos) {
          break;
        }
        if (child.settled) {
          search(child, fits);
          if (child.candidates.contain(exit)) {
            suited.add(child);
          }
        } else if (child.searched && !child.candidates.contain(exit)) {
          begin(child);
          if (consider(child, exit)) {
            child.candidates = child.candidates.with(found, child.type);
            suited.add(child);
          }
        }
      }
    }
    found.clear(0);
    return suited;
  }
}
