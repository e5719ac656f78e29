// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.Set;

/**
 * What one transaction changed, for those who look on.
 *
 * @param sequence the last frame applied
 * @param journeyIds journeys that are new or different
 * @param circuitIds circuits whose view changed
 */
public record Changes(long sequence, Set<String> journeyIds, Set<String> circuitIds) {

  public Changes {
    journeyIds = Set.copyOf(journeyIds);
    circuitIds = Set.copyOf(circuitIds);
  }

  boolean isEmpty() {
    return journeyIds.isEmpty() && circuitIds.isEmpty();
  }
}
