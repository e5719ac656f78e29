// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.List;

/**
 * Everything known about one circuit.
 *
 * @param otherCircuits further circuits that the id asked for leads to, newest first
 * @param journeys in order of their start
 * @param olderJourneys whether there are journeys before the first one shown
 */
public record Circuit(
    String circuitId,
    List<Alias> aliases,
    List<String> otherCircuits,
    List<Journey> journeys,
    boolean olderJourneys) {

  /**
   * Another id seen together with the circuit's.
   *
   * @param firstSeenNanos event time of the first record that carried both
   * @param source where that was, such as {@code log:arda}; empty when it is not known
   */
  public record Alias(
      String key, String value, long firstSeenNanos, long lastSeenNanos, String source) {}
}
