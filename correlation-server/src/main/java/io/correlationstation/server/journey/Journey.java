// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of work: fragments that hang together over linked handoffs, with what was logged
 * meanwhile.
 *
 * @param circuitIds usually one; empty when no circuit is known
 * @param fragments in order of their start
 * @param links handoffs that touch a fragment, candidates and rejected ones too, in order of time
 * @param logs in order of time, without the events
 * @param logsTruncated whether there are more logs or events than these lists hold
 */
public record Journey(
    String id,
    List<String> circuitIds,
    long startNanos,
    long endNanos,
    State state,
    @Nullable String defectCode,
    List<Fragment> fragments,
    List<Link> links,
    List<LogLine> logs,
    List<LogLine> events,
    boolean logsTruncated) {

  /** How a run stands. */
  public enum State {
    /** Something arrived a moment ago, or the root of a fragment has not ended yet. */
    RUNNING,
    COMPLETED,
    /** The root span of one of its fragments, or a workflow, ended with an error. */
    FAILED
  }
}
