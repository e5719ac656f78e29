// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/**
 * What is known of one pair of services.
 *
 * @param intact calls seen with context, child span under its parent in one trace
 * @param joined expected number of handoffs found without context
 * @param medianDelayNanos learnt median from the caller's start to the callee's
 * @param configured whether the topology names it
 */
public record EdgeStatistics(
    ServiceEdge edge, double intact, double joined, long medianDelayNanos, boolean configured) {

  /** Share of the edge's calls that lost their context, 0 to 1; 0 when there were none. */
  public double lostShare() {
    return intact + joined == 0 ? 0 : joined / (intact + joined);
  }
}
