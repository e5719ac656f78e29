// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/**
 * What is known of one pair of services.
 *
 * @param intact calls seen with context, child span under its parent in one trace, since the start
 * @param joined handoffs found without context since then, each by its confidence
 * @param lostShare share of the pair's calls that lost their context, 0 to 1, over about the last
 *     half hour of traffic; 0 when there were none
 * @param medianDelayNanos learnt median from the caller's start to the callee's; -1 while nothing
 *     is learnt
 * @param configured whether the topology names it
 */
public record EdgeStatistics(
    ServiceEdge edge,
    double intact,
    double joined,
    double lostShare,
    long medianDelayNanos,
    boolean configured) {}
