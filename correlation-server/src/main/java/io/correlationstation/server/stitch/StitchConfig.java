// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How to stitch.
 *
 * @param keys correlation keys; their position is their index in {@link SpanFacts#key}
 * @param observers services that only watch the work of others: their spans are ignored
 * @param topology known caller and callee pairs; when a callee is listed, only its callers may be
 *     its parents; empty means nothing is known
 * @param window longest time from a span's start to the start of the work it handed off
 * @param lateness how much older than the newest span a pushed span may arrive and still be in time
 * @param polledLateness the same for polled sources; they are never waited for but may revise
 * @param provisionalAfter event time from a fragment's start to its first decision
 * @param finalAfter event time from a fragment's start to its last one, late evidence aside
 * @param acceptAt least confidence of {@link Handoff.State#LINKED}
 * @param abstainBelow confidence below which nothing is said
 * @param maxFragments traces held at once; past it the oldest is evicted and counted
 * @param maxBytes about how much memory all that is held may take; past it the oldest trace is
 *     evicted and counted
 * @param maxSpansPerFragment spans kept of one trace; more are counted, not kept
 * @param maxPostingsPerKey exits held for one key value; past it the oldest is forgotten
 * @param learningWindow fragments the model is fitted on
 */
public record StitchConfig(
    List<KeySpec> keys,
    Set<String> observers,
    List<ServiceEdge> topology,
    Duration window,
    Duration lateness,
    Duration polledLateness,
    Duration provisionalAfter,
    Duration finalAfter,
    double acceptAt,
    double abstainBelow,
    int maxFragments,
    long maxBytes,
    int maxSpansPerFragment,
    int maxPostingsPerKey,
    int learningWindow) {

  public StitchConfig {
    keys = List.copyOf(keys);
    observers = Set.copyOf(observers);
    topology = List.copyOf(topology);
    requirePositive("window", window);
    requirePositive("lateness", lateness);
    requirePositive("polledLateness", polledLateness);
    requirePositive("provisionalAfter", provisionalAfter);
    if (finalAfter.compareTo(provisionalAfter) < 0) {
      throw new IllegalArgumentException(
          "finalAfter < provisionalAfter: " + finalAfter + " < " + provisionalAfter);
    }
    if (!(0 < abstainBelow && abstainBelow <= acceptAt && acceptAt <= 1)) {
      throw new IllegalArgumentException(
          "not 0 < abstainBelow <= acceptAt <= 1: " + abstainBelow + ", " + acceptAt);
    }
    requireAtLeast("maxFragments", maxFragments, 2);
    requireAtLeast("maxBytes", maxBytes, 1);
    requireAtLeast("maxSpansPerFragment", maxSpansPerFragment, 1);
    requireAtLeast("maxPostingsPerKey", maxPostingsPerKey, 1);
    requireAtLeast("learningWindow", learningWindow, 1);
    if (keys.isEmpty() || keys.size() > 32) {
      throw new IllegalArgumentException("keys not 1 to 32: " + keys.size());
    }
  }

  public static StitchConfig defaults() {
    return new StitchConfig(
        KeySpec.defaults(),
        Set.of("mdso-log-collector", "correlation-server"),
        List.of(),
        Duration.ofSeconds(60),
        Duration.ofSeconds(2),
        Duration.ofMinutes(15),
        Duration.ofSeconds(5),
        Duration.ofSeconds(28),
        0.9,
        0.4,
        2_000_000,
        Long.MAX_VALUE,
        10_000,
        4_096,
        4_096);
  }

  public StitchConfig withTopology(List<ServiceEdge> edges) {
    return new StitchConfig(
        keys,
        observers,
        edges,
        window,
        lateness,
        polledLateness,
        provisionalAfter,
        finalAfter,
        acceptAt,
        abstainBelow,
        maxFragments,
        maxBytes,
        maxSpansPerFragment,
        maxPostingsPerKey,
        learningWindow);
  }

  public StitchConfig withWindow(Duration newWindow) {
    return new StitchConfig(
        keys,
        observers,
        topology,
        newWindow,
        lateness,
        polledLateness,
        provisionalAfter,
        finalAfter,
        acceptAt,
        abstainBelow,
        maxFragments,
        maxBytes,
        maxSpansPerFragment,
        maxPostingsPerKey,
        learningWindow);
  }

  public StitchConfig withMaxFragments(int newMaxFragments) {
    return new StitchConfig(
        keys,
        observers,
        topology,
        window,
        lateness,
        polledLateness,
        provisionalAfter,
        finalAfter,
        acceptAt,
        abstainBelow,
        newMaxFragments,
        maxBytes,
        maxSpansPerFragment,
        maxPostingsPerKey,
        learningWindow);
  }

  public StitchConfig withMaxBytes(long newMaxBytes) {
    return new StitchConfig(
        keys,
        observers,
        topology,
        window,
        lateness,
        polledLateness,
        provisionalAfter,
        finalAfter,
        acceptAt,
        abstainBelow,
        maxFragments,
        newMaxBytes,
        maxSpansPerFragment,
        maxPostingsPerKey,
        learningWindow);
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " <= 0: " + value);
    }
  }

  private static void requireAtLeast(String name, long value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " < " + least + ": " + value);
    }
  }
}
