// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayDeque;

/**
 * Fits the edges on the fragments held, without labels: expectation maximisation whose expectation
 * is the exclusive matching.
 *
 * <p>Fits after 512 children or 20 s of event time, then whenever their number has grown by half,
 * at the latest every minute; on the newest children alone, and once settled in one iteration, as
 * the next fit goes on from it. What leaves memory is carried on with its last probabilities and
 * fades.
 */
final class Learner {

  private static final long REFIT_NANOS = 60L * 1_000_000_000;
  private static final int FIRST_FIT = 12;
  private static final int ENOUGH_CHILDREN = 512;
  private static final long FIRST_FIT_NANOS = 20L * 1_000_000_000;
  private static final int ITERATIONS = 40;
  private static final int WARM_ITERATIONS = 1;
  private static final double WARM_CONVERGED = 1e-3;

  /** At most so many of a first fit go by the priors alone. */
  private static final int BROAD_ITERATIONS = 10;

  private static final double CONVERGED = 2e-4;
  private static final double[] HOPE = {0.9, 0.7, 0.5};
  private static final double MOST_SKEW_SECONDS = 4;
  private static final int DOUBTFUL_AGAIN = 6;
  private static final double SILENT_HOPE = 0.02;
  private static final int FRESH_FITS = 6;

  /** Once settled, every so many fits edges are compared with their rivals. */
  private static final int COMPARED_EACH = 8;

  /** How often a fit goes on after edges were given up. */
  private static final int MOST_CORRECTIONS = 3;

  /** However many fits a busy minute brings: work taken up late must have been seen by then. */
  private static final long FRESH_NANOS = 60L * 1_000_000_000;

  /** From here on nothing is decided, and little learnt from a root. */
  private static final double MOSTLY_ORPHAN = 0.6;

  private static final double UNKNOWN_ORPHANS = 0.25;
  private static final double FADE = 0.97;

  private final StitchConfig config;
  private final Vocabulary vocabulary;
  private final Matcher matcher;
  private final Skew skew;
  private final CandidateSearch search;
  private final ArrayDeque<Child> window = new ArrayDeque<>();
  private double[] probability = new double[64];
  private long known;
  private long knownAtFit;
  private long fittedNanos;
  private double carriedSeconds;
  private long windowFromNanos = Long.MAX_VALUE;
  private long newestNanos = Long.MIN_VALUE;
  private int fits;
  private int restlessFit;
  private long firstNanos = Long.MAX_VALUE;

  /** Little is learnt yet, and what is found at all depends on it. */
  private boolean fresh = true;

  /** How far services here show their calls, 0 to 1. */
  private double showing;

  Learner(
      StitchConfig config,
      Vocabulary vocabulary,
      Matcher matcher,
      Skew skew,
      CandidateSearch search) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.matcher = matcher;
    this.skew = skew;
    this.search = search;
  }

  int fits() {
    return fits;
  }

  /** The last fit that may have found what a search before it left out. */
  int restlessFit() {
    return restlessFit;
  }

  void add(Child child) {
    known++;
    firstNanos = Math.min(firstNanos, child.startNanos);
    windowFromNanos = Math.min(windowFromNanos, child.startNanos);
    newestNanos = Math.max(newestNanos, child.startNanos);
    if (child.type.fits == 0) {
      child.type.orphanRate = UNKNOWN_ORPHANS * child.type.seen / Math.max(60, seconds());
    }
    child.learning = true;
    window.addLast(child);
    if (window.size() > config.learningWindow()) {
      retire(window.removeFirst());
    }
  }

  private double seconds() {
    return carriedSeconds + (newestNanos - windowFromNanos) * 1e-9;
  }

  /** Takes a child out of the window and keeps what it taught. */
  void retire(Child child) {
    if (!child.learning) {
      return;
    }
    child.learning = false;
    Candidates all = child.candidates;
    all.orphan(posterior(child));
    child.type.carriedOrphans += all.orphan();
    child.type.carriedSeen++;
    child.type.carriedKeyed += child.fragment.keyed() ? 1 : 0;
    child.type.carriedKeyedOrphans += child.fragment.keyed() ? all.orphan() : 0;
    learnBurst(all, child.type.carriedBurst, all.orphan());
    for (int i = 0; i < all.count; i++) {
      double weight = probability[i] * wholeness(all.exits[i]);
      all.edges[i].carry(all.exits[i].fragment.keyed(), all.delayBin(i), all.slackBin(i), weight);
    }
    if (child.decided && !child.open) {
      child.settle();
    }
  }

  private double posterior(Child child) {
    if (probability.length < child.candidates.count) {
      probability = new double[child.candidates.count * 2];
    }
    return Matcher.posterior(child, probability);
  }

  boolean due(long now) {
    if (known < FIRST_FIT) {
      return false;
    }
    if (fits == 0) {
      return known >= ENOUGH_CHILDREN || now - windowFromNanos > FIRST_FIT_NANOS;
    }
    return known > knownAtFit * 3 / 2 || (now - fittedNanos >= REFIT_NANOS && known > knownAtFit);
  }

  void fit(long now) {
    moveWindow();
    CallGraph.markDoubtful(vocabulary.edges());
    skew.fit(vocabulary.services().values(), vocabulary.edges());
    showing = Math.min(1, 4 * vocabulary.showing());
    measureExposure();
    measureSlack();
    fresh = fits < FRESH_FITS || newestNanos - firstNanos < FRESH_NANOS;
    boolean hopeful = false;
    boolean compare = fits % COMPARED_EACH == 0;
    for (ChildType type : vocabulary.childTypes()) {
      boolean young = fresh || type.fits < FRESH_FITS;
      compare |= young && type.inWindow >= FIRST_FIT;
      hopeful |= type.hopes(young || Integer.bitCount(type.fits) == 1);
    }
    int iterations = fresh || hopeful ? ITERATIONS : WARM_ITERATIONS;
    int least = fresh ? DOUBTFUL_AGAIN : hopeful ? HOPE.length : 0;
    double converged = fresh ? CONVERGED : WARM_CONVERGED;
    iterate(iterations, least, converged);
    Rivals rivals = new Rivals(vocabulary, search);
    for (int i = 0; compare && rivals.compare(window) && i < MOST_CORRECTIONS; i++) {
      hopeful = true;
      CallGraph.markDoubtful(vocabulary.edges());
      iterate(ITERATIONS, least, converged);
    }
    vocabulary.childTypes().forEach(ChildType::fitted);
    matcher.reweighOpen();
    new Ties(vocabulary).find(window);
    knownAtFit = known;
    fittedNanos = now;
    fits++;
    if (fresh || hopeful) {
      restlessFit = fits;
    }
  }

  private void iterate(int most, int least, double converged) {
    int broadUntil = fresh ? BROAD_ITERATIONS : 0;
    for (int i = 0; i < most; i++) {
      expect(i, i < broadUntil);
      double change = maximise(i);
      if (i > HOPE.length && i < broadUntil && change < WARM_CONVERGED) {
        broadUntil = i + 1;
      }
      if (i == HOPE.length || i == DOUBTFUL_AGAIN) {
        CallGraph.markDoubtful(vocabulary.edges());
        skew.fit(vocabulary.services().values(), vocabulary.edges());
      }
      if (i > least && i > broadUntil && change < converged) {
        break;
      }
    }
    for (Child child : window) {
      if (fresh && !child.open) {
        reweigh(child);
      }
    }
  }

  private void moveWindow() {
    window.removeIf(child -> !child.learning);
    long from = newestNanos;
    for (Child child : window) {
      from = Math.min(from, child.startNanos);
    }
    for (EdgeModel edge : vocabulary.edges()) {
      edge.fade(FADE);
    }
    for (ChildType type : vocabulary.childTypes()) {
      type.fade(FADE);
    }
    for (ExitType type : vocabulary.exitTypes()) {
      type.carriedExposure *= FADE;
      type.carriedKeyedExposure *= FADE;
    }
    carriedSeconds = carriedSeconds * FADE + (from - windowFromNanos) * 1e-9;
    windowFromNanos = from;
  }

  private void measureExposure() {
    for (ExitType type : vocabulary.exitTypes()) {
      double live = 0;
      double keyed = 0;
      for (ExitType.Group group : type.groups) {
        double ofGroup = 0;
        int end = group.exits.firstAfter(newestNanos);
        for (int i = group.exits.firstAtOrAfter(windowFromNanos); i < end; i++) {
          ofGroup += wholeness(group.exits.get(i));
        }
        live += ofGroup;
        keyed += group.keys == 0 ? 0 : ofGroup;
      }
      type.keyedExposure = type.carriedKeyedExposure + keyed;
      type.exposure = type.carriedExposure + live;
    }
  }

  private void measureSlack() {
    for (EdgeModel edge : vocabulary.edges()) {
      edge.startSlack();
    }
    for (Child child : window) {
      Candidates all = child.candidates;
      for (int i = 0; i < all.count; i++) {
        all.edges[i].slackAnyhow.add(all.slackBin(i), 1);
      }
    }
  }

  private void expect(int iteration, boolean broad) {
    for (EdgeModel edge : vocabulary.edges()) {
      edge.startFit(broad);
    }
    for (ChildType type : vocabulary.childTypes()) {
      type.startFit();
    }
    for (Child child : window) {
      reweigh(child);
    }
    if (fresh) { // what is learnt first decides what is found at all
      for (Child child : window) {
        matcher.update(child);
      }
    }
    for (Child child : window) {
      child.type.inWindow++;
      child.type.keyedInWindow += child.fragment.keyed() ? 1 : 0;
      double orphan = undeceived(child, posterior(child));
      if (child.type.hopeful && iteration < HOPE.length) {
        orphan = hope(child, orphan, HOPE[iteration]);
      }
      Candidates all = child.candidates;
      all.orphan(orphan);
      child.type.orphans += orphan;
      child.type.keyedOrphans += child.fragment.keyed() ? orphan : 0;
      learnBurst(all, child.type.burst, orphan);
      double whole = child.type.orphanShare > 0.5 ? 1 : orphan * child.type.orphanShare;
      for (int i = 0; i < all.count; i++) {
        if (probability[i] > 1e-4) {
          double weight = probability[i] * wholeness(all.exits[i]);
          whole = Math.min(1, whole + weight);
          all.edges[i].learn(
              all.exits[i].fragment.keyed(), all.delayBin(i), all.slackBin(i), weight);
          learnClocks(child, i, weight);
        }
      }
      child.whole = (float) whole;
    }
  }

  /**
   * Puts the probabilities right where two roots could change places; learning from the matching's
   * own certainty there makes densities too sharp, and the next certainty greater. Not while little
   * is known: those fits are long, and what they find is coarse.
   *
   * @return the probability of having no parent
   */
  private double undeceived(Child child, double orphan) {
    int count = child.candidates.count;
    if (fresh || count < 2 || orphan > MOSTLY_ORPHAN) {
      return orphan;
    }
    Exchange.allowFor(child, probability, orphan);
    double left = 1;
    for (int i = 0; i < count; i++) {
      left -= probability[i];
    }
    return Math.max(0, left);
  }

  /**
   * For a type without known callers: supposes that most of its roots have a parent among those
   * that share a key, split by the candidates' relative weight. Starting from too few links, the
   * iteration would never find an edge; starting from too many, it drops the wrong ones.
   */
  private double hope(Child child, double orphan, double goal) {
    if (1 - orphan >= goal) {
      return orphan;
    }
    double total = 0;
    for (int i = 0; i < child.candidates.count; i++) {
      if (showing > 0 && !child.candidates.exits[i].type.oneSlot()) {
        probability[i] *= SILENT_HOPE;
      }
      total += probability[i];
    }
    if (total < 1e-9) {
      return orphan;
    }
    for (int i = 0; i < child.candidates.count; i++) {
      probability[i] *= goal / total;
    }
    return 1 - goal;
  }

  /**
   * How far a caller's own trace is complete. Where a root that nearly always has a parent has
   * none, part of the story is missing, and what seems to follow from the rest may follow from that
   * part: such pairs teach nothing.
   */
  static double wholeness(Exit exit) {
    double whole = 1;
    for (Child root = exit.fragment.children; root != null; root = root.next) {
      whole = Math.min(whole, root.whole);
    }
    return whole;
  }

  private static void learnClocks(Child child, int index, double weight) {
    Exit exit = child.candidates.exits[index];
    long slack = exit.durationNanos() - child.durationNanos();
    if (weight > 0.5 && slack >= 0 && child.type.kind == ExitType.SERVER) {
      double middle = (child.startNanos - exit.startNanos - 0.5 * slack) * 1e-9;
      if (Math.abs(middle) < MOST_SKEW_SECONDS) {
        child.candidates.edges[index].middle.add(Density.bin(middle), weight);
      }
    }
  }

  private static void learnBurst(Candidates all, Density burst, double orphan) {
    double inBurst = all.burstWeight <= 0 ? 0.5 : all.burstWeight / (1 + all.burstWeight);
    int count = all.bursts();
    for (int i = 0; i < count; i++) {
      burst.add(all.burstBin(i), orphan * inBurst / count);
    }
  }

  private void reweigh(Child child) {
    matcher.weigh(child);
    matcher.update(child);
  }

  private double maximise(int iteration) {
    double change = 0;
    double seconds = Math.max(1, seconds());
    for (ChildType type : vocabulary.childTypes()) {
      if (type.inWindow > 0) {
        double least = 0.002 * type.inWindow;
        double all = type.inWindow + type.carriedSeen;
        boolean bursts = type.orphans > 0.5 * all && iteration >= HOPE.length;
        double inBurst = bursts ? type.burst.total() : 0;
        double single = Math.max(0.1 * type.orphans, type.orphans - inBurst);
        type.orphanRate = (Math.max(single, least) + 0.5) / seconds;
        type.burst.smooth();
        type.fitKeyed();
        type.burstShare = inBurst / Math.max(1, all);
      }
    }
    for (EdgeModel edge : vocabulary.edges()) {
      double before = edge.share;
      edge.fitShare(showing);
      edge.fitDensities();
      change = Math.max(change, Math.abs(edge.share - before));
    }
    for (ExitType type : vocabulary.exitTypes()) {
      type.fitOdds();
    }
    return change;
  }
}
