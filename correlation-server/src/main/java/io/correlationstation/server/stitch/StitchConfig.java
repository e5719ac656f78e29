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

  /** What {@link #builder} starts from. */
  public static StitchConfig defaults() {
    return builder().build();
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
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

  /** Holds the defaults; every setter returns the builder. */
  public static final class Builder {

    private List<KeySpec> keys = KeySpec.defaults();
    private Set<String> observers = Set.of("mdso-log-collector", "correlation-server");
    private List<ServiceEdge> topology = List.of();
    private Duration window = Duration.ofSeconds(60);
    private Duration lateness = Duration.ofSeconds(2);
    private Duration polledLateness = Duration.ofMinutes(15);
    private Duration provisionalAfter = Duration.ofSeconds(5);
    private Duration finalAfter = Duration.ofSeconds(28);
    private double acceptAt = 0.9;
    private double abstainBelow = 0.4;
    private int maxFragments = 2_000_000;
    private long maxBytes = Long.MAX_VALUE;
    private int maxSpansPerFragment = 10_000;
    private int maxPostingsPerKey = 4_096;
    private int learningWindow = 4_096;

    private Builder() {}

    public Builder keys(List<KeySpec> value) {
      keys = value;
      return this;
    }

    public Builder observers(Set<String> value) {
      observers = value;
      return this;
    }

    public Builder topology(List<ServiceEdge> value) {
      topology = value;
      return this;
    }

    public Builder window(Duration value) {
      window = value;
      return this;
    }

    public Builder lateness(Duration value) {
      lateness = value;
      return this;
    }

    public Builder polledLateness(Duration value) {
      polledLateness = value;
      return this;
    }

    public Builder provisionalAfter(Duration value) {
      provisionalAfter = value;
      return this;
    }

    public Builder finalAfter(Duration value) {
      finalAfter = value;
      return this;
    }

    public Builder acceptAt(double value) {
      acceptAt = value;
      return this;
    }

    public Builder abstainBelow(double value) {
      abstainBelow = value;
      return this;
    }

    public Builder maxFragments(int value) {
      maxFragments = value;
      return this;
    }

    public Builder maxBytes(long value) {
      maxBytes = value;
      return this;
    }

    public Builder maxSpansPerFragment(int value) {
      maxSpansPerFragment = value;
      return this;
    }

    public Builder maxPostingsPerKey(int value) {
      maxPostingsPerKey = value;
      return this;
    }

    public Builder learningWindow(int value) {
      learningWindow = value;
      return this;
    }

    public StitchConfig build() {
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
          maxBytes,
          maxSpansPerFragment,
          maxPostingsPerKey,
          learningWindow);
    }
  }
}
