// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How exits of one type bring forth children of another: how often, how much later, and how the two
 * durations relate.
 *
 * <p>A branching process: each exit has a child of the type with probability {@code share}; its
 * start lies {@code delay} after the exit's with the learnt density. Until enough is learnt, broad
 * priors stand in: a call that spans its callee is likelier than work picked up later.
 */
final class EdgeModel {

  private static final double PRIOR_EXITS = 5;
  private static final double PRIOR_SAMPLES = 8;

  /** What a caller that shows no calls must explain of a type before it is believed. */
  private static final double RARE_SILENT_CALLS = 0.05;

  /** The same for an edge that runs against better known calls or past them. */
  private static final double RARE_DOUBTFUL = 0.3;

  /** Less than anything is told at. */
  static final double CANNOT_TELL = 0.25;

  private static final double MAX_SHARE = 0.995;

  final ExitType exit;
  final ChildType child;

  /** Share that stands in while nothing is learnt. */
  double prior;

  /** Forbidden by topology, peer or topic. */
  boolean forbidden;

  /** Explains its children as well as an edge from another trace does: nobody can tell. */
  boolean tied;

  /** The confidence that {@link Rivals} leaves it. */
  double ceiling = 1;

  /** Explains better, with caller and callee exchanged, what this one explained: it is given up. */
  @Nullable EdgeModel reversedBy;

  /** Explains only roots whose caller by that edge is missing: it is given up. */
  @Nullable EdgeModel standsInFor;

  /** Listed by the topology. */
  boolean listed;

  /** Runs against better known calls, or past them. */
  boolean doubtful;

  final Density delay = new Density();
  final Density slack = new Density();
  final Density slackAnyhow = new Density();

  private boolean slackIsSmooth;

  /** Distance of the two spans' middles where the caller waits: the difference of the clocks. */
  final Density middle = new Density();

  /** Learnt from fragments no longer held. */
  final Density carriedDelay = new Density();

  final Density carriedSlack = new Density();
  final Density carriedSlackAnyhow = new Density();

  private final KeyedShare keyedShare = new KeyedShare();

  /** How far the learnt densities are believed over the prior, 0 to 1. */
  private double trust;

  private boolean broad;

  /** Only itself. */
  private EdgeModel[] run = {};

  /** The highest density there is. */
  private double peak = Timing.MOST_DENSITY;

  /** How much likelier a difference of durations is on this edge than anyhow, by bin. */
  private float[] slackFactor = {};

  double intact;

  /** Handoffs decided on for good, each by its confidence. */
  double joined;

  /** Of both, what passed of late: they fade alike. */
  private double intactOfLate;

  private double joinedOfLate;
  double expected;
  double carried;

  /** The part of the handoffs whose call's trace carries keys. */
  double expectedKeyed;

  double carriedKeyed;
  double share;
  double odds;

  EdgeModel(ExitType exit, ChildType child) {
    this.exit = exit;
    this.child = child;
  }

  /**
   * @param broad whether the priors stand in for the learnt densities for now: what a first guess
   *     taught must not confirm itself
   */
  void startFit(boolean broad) {
    this.broad = broad;
    expected = carried;
    expectedKeyed = carriedKeyed;
    delay.clear();
    delay.addAll(carriedDelay, 1);
    slack.clear();
    slack.addAll(carriedSlack, 1);
    middle.clear();
  }

  void startSlack() {
    slackIsSmooth = false;
    slackAnyhow.clear();
    slackAnyhow.addAll(carriedSlackAnyhow, 1);
  }

  void learn(boolean keyed, int delayBin, int slackBin, double probability) {
    expected += probability;
    expectedKeyed += keyed ? probability : 0;
    delay.add(delayBin, probability);
    slack.add(slackBin, probability);
  }

  void carry(boolean keyed, int delayBin, int slackBin, double probability) {
    carriedSlackAnyhow.add(slackBin, 1);
    if (probability > 1e-4) {
      carried += probability;
      carriedKeyed += keyed ? probability : 0;
      carriedDelay.add(delayBin, probability);
      carriedSlack.add(slackBin, probability);
    }
  }

  /** An array of at least that length in which each is this edge; shared, never written to. */
  EdgeModel[] run(int length) {
    if (run.length < length) {
      run = new EdgeModel[Math.max(length, 2 * run.length)];
      Arrays.fill(run, this);
    }
    return run;
  }

  /** A call was seen with its callee under it. */
  void sawWhole() {
    intact++;
    intactOfLate++;
  }

  /** A handoff was decided on for good. */
  void sawJoined(double confidence) {
    joined += confidence;
    joinedOfLate += confidence;
  }

  double intactOfLate() {
    return intactOfLate;
  }

  double joinedOfLate() {
    return joinedOfLate;
  }

  /** Who calls whom. */
  ServiceEdge services() {
    return new ServiceEdge(exit.service.name, child.service.name);
  }

  /** Calls seen whole, and handoffs found. */
  double known() {
    return intact + (isGivenUp() ? 0 : Math.max(0, expected - 1));
  }

  /** Given up for another edge. */
  boolean isGivenUp() {
    return reversedBy != null || standsInFor != null;
  }

  void fade(double factor) {
    carried *= factor;
    carriedKeyed *= factor;
    carriedDelay.scale(factor);
    carriedSlack.scale(factor);
    carriedSlackAnyhow.scale(factor);
    intactOfLate *= factor;
    joinedOfLate *= factor;
  }

  /**
   * Spike and slab: an edge that never showed in n exits is either rare or is none, and the more
   * exits, the more likely none. So what is hoped for fades with n squared. A doubtful edge that
   * explained too little is given up; where calls show, a fit that begins with priors may find it
   * again.
   *
   * @param showing share of services that show their calls
   */
  void fitShare(double showing) {
    double learnt = doubtful && exit.oneSlot() ? believed() : beyondRare(showing);
    boolean doubted = doubtful && learnt == 0 && !(broad && exit.oneSlot());
    double exists = PRIOR_EXITS / (PRIOR_EXITS + exit.exposure);
    double hoped = PRIOR_EXITS * prior * exists;
    share = Math.min(MAX_SHARE, (learnt + hoped) / (exit.exposure + PRIOR_EXITS));
    if (forbidden || doubted || isGivenUp()) {
      share = 0;
    }
    if (exit.exposure >= 1) {
      double usual = Math.min(1, exit.keyedExposure / exit.exposure);
      keyedShare.fit(expected, expectedKeyed, exit.exposure, exit.keyedExposure, usual);
    }
  }

  /**
   * A call whose callee nobody saw did call somebody, so a doubtful edge counts in full or not at
   * all: were the doubt taken off in each iteration, it would take everything in the end. While
   * priors stand in for the delays, what it explains says too little to judge.
   */
  private double believed() {
    boolean rare = !broad && expected < 1 + RARE_DOUBTFUL * child.keyedInFit();
    return rare ? 0 : expected;
  }

  private double beyondRare(double showing) {
    double rare = doubtful ? RARE_DOUBTFUL : exit.oneSlot() ? 0 : showing * RARE_SILENT_CALLS;
    return Math.max(0, expected - 1 - rare * child.seenInFit());
  }

  void fitDensities() {
    broad = false;
    double known = delay.total();
    if (expected < 0.5 || known < 0.5) {
      trust = 0;
      peak = Timing.MOST_DENSITY;
      return;
    }
    if (!slackIsSmooth) {
      slackAnyhow.smooth();
      slackIsSmooth = true;
    }
    delay.smooth();
    slack.smooth();
    trust = known / (known + PRIOR_SAMPLES);
    if (slackFactor.length == 0) {
      slackFactor = new float[Density.BINS];
    }
    double mostFactor = 0;
    for (int i = 0; i < Density.BINS; i++) {
      double anyhow = slackAnyhow.perSecond(i);
      double ratio = anyhow <= 0 ? 1 : slack.perSecond(i) / anyhow;
      slackFactor[i] = (float) (trust * Math.max(1e-3, Math.min(100, ratio)) + 1 - trust);
      mostFactor = Math.max(mostFactor, slackFactor[i]);
    }
    peak = (trust * delay.mostPerSecond() + (1 - trust) * Timing.MOST_DENSITY) * mostFactor;
  }

  /** The confidence it is good for: less than 1 where others explain its children as well. */
  double atMost() {
    return tied ? Math.min(ceiling, CANNOT_TELL) : ceiling;
  }

  /** Whether calls of its kind may have callees in other traces, as services are known by now. */
  boolean usable() {
    return exit.oneSlot() || !exit.service.callsOut;
  }

  /** How much likelier the two belong together for their traces carrying keys or none. */
  double telling(Exit call, Child root) {
    return keyedShare.telling(call.fragment.keyed()) * child.telling(root);
  }

  /** What odds times density times what the call's trace tells never exceeds. */
  double most() {
    return odds * peak * keyedShare.telling(true);
  }

  /** What no candidate's weight exceeds, which keys they share aside. */
  double mostWeight(Exit call, Child root) {
    return odds * peak * telling(call, root) / child.orphanRate;
  }

  /** Density, per second, of the distance between an exit and a child. */
  double density(int delayBin, int slackBin, double base) {
    if (trust == 0 || broad) {
      return base;
    }
    return (trust * delay.perSecond(delayBin) + (1 - trust) * base) * slackFactor[slackBin];
  }
}
