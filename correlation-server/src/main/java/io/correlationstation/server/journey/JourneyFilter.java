// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import org.jspecify.annotations.Nullable;

/**
 * Which journeys are asked for; everything given must hold.
 *
 * @param circuitId a circuit, or any alias of it
 */
public record JourneyFilter(@Nullable String circuitId, Journey.@Nullable State state) {

  public static final JourneyFilter ALL = new JourneyFilter(null, null);
}
