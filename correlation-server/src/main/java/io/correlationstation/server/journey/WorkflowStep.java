// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import org.jspecify.annotations.Nullable;

/**
 * How a workflow, or a step of one, stands by what it said of itself.
 *
 * @param step null for the workflow itself
 * @param spanId that of the span it has, or will have when it ends
 * @param startNanos time of its first record, nanoseconds since the epoch
 * @param endNanos null while no end is known
 * @param lastSeenNanos time of its last record
 */
public record WorkflowStep(
    String workflow,
    @Nullable String step,
    String service,
    String traceId,
    String spanId,
    State state,
    long startNanos,
    @Nullable Long endNanos,
    long lastSeenNanos) {

  /** How it stands. */
  public enum State {
    RUNNING,
    COMPLETED,
    FAILED,
    /** It said when it would give its next sign of life, and is overdue three times over. */
    LOST
  }
}
