// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static io.correlationstation.server.journey.KeyVocabulary.CIRCUIT_ID;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Finds what an id of any kind leads to. Thread-safe; every answer is a snapshot. */
final class LookupQueries {

  private final Jdbi jdbi;
  private final Aliases aliases;
  private final JourneyConfig config;

  LookupQueries(Jdbi jdbi, Aliases aliases, JourneyConfig config) {
    this.jdbi = jdbi;
    this.aliases = aliases;
    this.config = config;
  }

  Lookup lookup(String id) {
    List<String> spellings = KeyVocabulary.spellings(id);
    if (spellings.isEmpty()) {
      return Lookup.NOTHING;
    }
    String cleaned = spellings.get(0);
    return jdbi.inTransaction(
        handle -> {
          List<String> circuits = aliases.resolve(handle, cleaned);
          List<String> journeys = journeyIdsOf(handle, spellings, circuits);
          return new Lookup(
              circuits,
              journeys,
              TraceQueries.known(handle, cleaned),
              HandoffQueries.known(handle, cleaned));
        });
  }

  /** Journeys that an id belongs to, the most recent first. */
  private List<String> journeyIdsOf(Handle handle, List<String> spellings, List<String> circuits) {
    String id = spellings.get(0);
    List<String> keys = new ArrayList<>(config.correlationKeys());
    keys.addAll(config.aliasKeys());
    keys.remove(CIRCUIT_ID);
    List<String> journeys =
        handle
            .createQuery(
                """
                SELECT j.trace_id FROM journeys j WHERE j.id IN (
                  SELECT journey FROM fragments WHERE trace_id IN (:trace, :root)
                  UNION
                  SELECT f.journey FROM fragment_keys k JOIN fragments f ON f.id = k.fragment
                  WHERE k.key_name IN (<keys>) AND k.key_value IN (<spellings>))
                ORDER BY j.start_nanos DESC, j.trace_id LIMIT :limit
                """)
            .bindList("spellings", spellings)
            .bind("trace", Aliases.traceId(id))
            .bind("root", JourneyIds.rootTrace(id))
            .bindList("keys", keys)
            .bind("limit", JourneyQueries.MAX_JOURNEYS)
            .mapTo(String.class)
            .map(JourneyIds::journey)
            .list();
    if (!journeys.isEmpty() || circuits.isEmpty()) {
      return journeys;
    }
    List<Long> ofCircuit = CircuitQueries.journeysOf(handle, circuits.get(0));
    Map<Long, JourneyRow> rows = JourneyTable.load(handle, ofCircuit);
    return ofCircuit.stream()
        .limit(JourneyQueries.MAX_JOURNEYS)
        .map(rows::get)
        .filter(Objects::nonNull)
        .map(JourneyRow::journeyId)
        .toList();
  }
}
