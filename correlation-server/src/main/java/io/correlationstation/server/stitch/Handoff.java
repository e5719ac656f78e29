// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An inferred causal edge from a span of one trace to the root of another, with everything needed
 * to explain it.
 *
 * @param id a pure function of both span ids and the rules' version; 32 hexadecimal digits
 * @param keys correlation keys known for either end, by name; the child's win
 * @param confidence calibrated probability that the parent's trace is right, 0 to 1
 * @param rivals other parents that were considered, best first, with the probability each got
 * @param delayNanos from the parent span's start to the child's by recorded times; the evidence
 *     names the clock offset
 * @param method short name of what decided, such as {@code circuit_id_match}
 * @param modelVersion the rules' version and, after a dot, the number of the fit that decided
 * @param supersedes id of the handoff that this one replaces, or null; its own id when it was
 *     {@link State#LINKED} before and this only says so again or takes it back
 */
public record Handoff(
    String id,
    SpanRef parent,
    SpanRef child,
    Map<String, String> keys,
    double confidence,
    State state,
    List<Evidence> evidence,
    List<Rival> rivals,
    long delayNanos,
    String method,
    String modelVersion,
    @Nullable String supersedes) {

  /** What follows from the confidence, or from a person's verdict. */
  public enum State {
    /** Emitted downstream as a bridge span. */
    LINKED,
    /** Visible in the API, never emitted. */
    CANDIDATE,
    /** Withdrawn: by better evidence or by a person. */
    REJECTED
  }

  /**
   * The confidence that follows from the evidence alone: what anybody who has it can recompute.
   * Means nothing for what was {@link State#REJECTED}.
   */
  public double recomputed() {
    double sum = 0;
    for (Evidence reason : evidence) {
      sum += reason.weight();
    }
    return Math.min(1, Math.exp(sum));
  }

  /** Whether from now on the two belong together: a bridge span is due. */
  public boolean makesLink() {
    return state == State.LINKED && !id.equals(supersedes);
  }

  /** Whether they do no longer, though a bridge span was emitted. */
  public boolean takesLinkBack() {
    return state != State.LINKED && id.equals(supersedes);
  }

  /** A parent that lost. */
  public record Rival(SpanRef parent, double confidence) {}

  public Handoff {
    keys = Map.copyOf(keys);
    evidence = List.copyOf(evidence);
    rivals = List.copyOf(rivals);
  }
}
