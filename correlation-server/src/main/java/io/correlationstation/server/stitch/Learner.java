// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayDeque;

/**
 * Fits the edges on the fragments held, without labels: expectation maximisation whose expectation
 * is the exclusive matching.
 *
 * <p>Fits at 64 children, then whenever their number has grown by half, at the latest every minute
 * of event time. What leaves memory is carried on with its last probabilities and fades.
 */
final class Learner {

  private static final long REFIT_NANOS = 60L * 1_000_000_000;
  private static final int FIRST_FIT = 64;
  private static final int ITERATIONS = 12;
  private static final double FADE = 0.97;

  private final StitchConfig config;
  private final Vocabulary vocabulary;
  private final Matcher matcher;
  private final ArrayDeque<Child> window = new ArrayDeque<>();
  private double[] probability = new double[64];
  private long known;
  private long knownAtFit;
  private long fittedNanos;
  private double carriedSeconds;
  private long windowFromNanos = Long.MAX_VALUE;
  private long newestNanos = Long.MIN_VALUE;
  private long fits;

  Learner(StitchConfig config, Vocabulary vocabulary, Matcher matcher) {
    this.config = config;
    this.vocabulary = vocabulary;
    this.matcher = matcher;
  }

  long fits() {
    return fits;
  }

  void add(Child child) {
    known++;
    windowFromNanos = Math.min(windowFromNanos, child.startNanos);
    newestNanos = Math.max(newestNanos, child.startNanos);
    if (child.type.fits == 0) {
      child.type.orphanRate = 0.5 * child.type.seen / Math.max(60, seconds());
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
    child.type.carriedOrphans += posterior(child);
    for (int i = 0; i < child.candidateCount; i++) {
      child.edges[i].carry(child.delayBin[i], child.slackBin[i], probability[i]);
    }
  }

  private double posterior(Child child) {
    if (probability.length < child.candidateCount) {
      probability = new double[child.candidateCount * 2];
    }
    return Matcher.posterior(child, probability);
  }

  boolean due(long now) {
    if (known < FIRST_FIT) {
      return false;
    }
    return known > knownAtFit * 3 / 2 || (now - fittedNanos >= REFIT_NANOS && known > knownAtFit);
  }

  void fit(long now) {
    moveWindow();
    measureExposure();
    measureSlack();
    for (int i = 0; i < ITERATIONS; i++) {
      expect();
      maximise();
    }
    for (Child child : window) {
      reweigh(child);
    }
    matcher.reweighOpen();
    knownAtFit = known;
    fittedNanos = now;
    fits++;
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
      type.carriedOrphans *= FADE;
    }
    for (ExitType type : vocabulary.exitTypes()) {
      type.carriedExposure *= FADE;
    }
    carriedSeconds = carriedSeconds * FADE + (from - windowFromNanos) * 1e-9;
    windowFromNanos = from;
  }

  private void measureExposure() {
    for (ExitType type : vocabulary.exitTypes()) {
      int live = type.exits.size() - type.exits.firstAtOrAfter(windowFromNanos);
      type.exposure = type.carriedExposure + live;
    }
  }

  private void measureSlack() {
    for (EdgeModel edge : vocabulary.edges()) {
      edge.startSlack();
    }
    for (Child child : window) {
      for (int i = 0; i < child.candidateCount; i++) {
        child.edges[i].slackAnyhow.add(child.slackBin[i], 1);
      }
    }
    for (EdgeModel edge : vocabulary.edges()) {
      edge.slackAnyhow.smooth();
    }
  }

  private void expect() {
    for (EdgeModel edge : vocabulary.edges()) {
      edge.startFit();
    }
    for (ChildType type : vocabulary.childTypes()) {
      type.orphans = type.carriedOrphans;
      type.inWindow = 0;
    }
    for (Child child : window) {
      reweigh(child);
    }
    for (Child child : window) {
      Matcher.update(child);
    }
    for (Child child : window) {
      child.type.inWindow++;
      child.type.orphans += posterior(child);
      for (int i = 0; i < child.candidateCount; i++) {
        if (probability[i] > 1e-4) {
          child.edges[i].learn(child.delayBin[i], child.slackBin[i], probability[i]);
        }
      }
    }
  }

  private void reweigh(Child child) {
    for (int i = 0; i < child.candidateCount; i++) {
      child.weight[i] = matcher.weight(child, i);
    }
    Matcher.update(child);
  }

  private void maximise() {
    double seconds = Math.max(1, seconds());
    for (ChildType type : vocabulary.childTypes()) {
      if (type.inWindow > 0) {
        type.fits++;
        double least = 0.002 * type.inWindow;
        type.orphanRate = (Math.max(type.orphans, least) + 0.5) / seconds;
      }
    }
    for (EdgeModel edge : vocabulary.edges()) {
      edge.fitShare();
      edge.fitDensities();
    }
    for (ExitType type : vocabulary.exitTypes()) {
      type.fitOdds();
    }
  }
}
