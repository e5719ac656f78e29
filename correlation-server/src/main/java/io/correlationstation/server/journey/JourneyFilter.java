// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import org.jspecify.annotations.Nullable;

/**
 * Which journeys are asked for; everything given must hold.
 *
 * @param circuitId a circuit, or any alias of it
 * @param ofAnyCircuit leaves out what belongs to no circuit, such as health checks
 */
public record JourneyFilter(
    @Nullable String circuitId, Journey.@Nullable State state, boolean ofAnyCircuit) {

  public static final JourneyFilter ALL = new JourneyFilter(null, null, false);
}
