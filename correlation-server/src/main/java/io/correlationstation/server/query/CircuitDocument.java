// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.correlationstation.server.journey.Circuit;
import io.correlationstation.server.query.JourneyDocuments.JourneyDocument;
import java.util.List;

/** A circuit with the other ids it is known by and its journeys. */
@JsonNaming(SnakeCaseStrategy.class)
record CircuitDocument(
    String circuitId,
    List<AliasDocument> aliases,
    List<String> otherCircuits,
    boolean olderJourneys,
    List<JourneyDocument> journeys) {

  static CircuitDocument of(Circuit circuit) {
    return new CircuitDocument(
        circuit.circuitId(),
        Documents.list(circuit.aliases(), AliasDocument::of),
        circuit.otherCircuits(),
        circuit.olderJourneys(),
        Documents.list(circuit.journeys(), JourneyDocument::of));
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record AliasDocument(String key, String value, String firstSeen, String lastSeen, String source) {
    static AliasDocument of(Circuit.Alias alias) {
      return new AliasDocument(
          alias.key(),
          alias.value(),
          Times.format(alias.firstSeenNanos()),
          Times.format(alias.lastSeenNanos()),
          alias.source());
    }
  }
}
