// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Answers what is known of a circuit. Thread-safe; every answer is a snapshot. */
final class CircuitQueries {

  private final Jdbi jdbi;
  private final Aliases aliases;
  private final JourneyConfig config;
  private final JourneyQueries journeys;

  CircuitQueries(Jdbi jdbi, Aliases aliases, JourneyConfig config, JourneyQueries journeys) {
    this.jdbi = jdbi;
    this.aliases = aliases;
    this.config = config;
    this.journeys = journeys;
  }

  @Nullable Circuit circuit(String id) {
    return jdbi.inTransaction(
        handle -> {
          List<String> circuits = aliases.resolve(handle, id);
          return circuits.isEmpty() ? null : circuit(handle, circuits);
        });
  }

  private Circuit circuit(Handle handle, List<String> circuits) {
    String circuitId = circuits.get(0);
    List<Long> ids = journeysOf(handle, circuitId);
    boolean older = ids.size() > JourneyQueries.MAX_JOURNEYS;
    List<Journey> shown =
        journeys.journeys(handle, older ? ids.subList(0, JourneyQueries.MAX_JOURNEYS) : ids);
    List<Circuit.Alias> known = aliases.of(handle, circuitId);
    LooseLogs loose = LooseLogs.ofCircuit(handle, circuitId, known, shown, config.logSlack());
    List<Journey> complete = new ArrayList<>(loose.join(shown));
    Journey unclaimed = loose.unclaimed(circuitId, older, journeys::quietSince);
    if (unclaimed != null) {
      complete.add(unclaimed);
    }
    complete.sort(Comparator.comparingLong(Journey::startNanos).thenComparing(Journey::id));
    return new Circuit(
        circuitId, known, List.copyOf(circuits.subList(1, circuits.size())), complete, older);
  }

  /**
   * Numbers of the latest journeys of that circuit, newest first: up to one more than are shown.
   */
  static List<Long> journeysOf(Handle handle, String circuitId) {
    return handle
        .createQuery(
            """
            SELECT journey FROM journey_circuits WHERE circuit_id = :circuit
            ORDER BY start_nanos DESC, journey DESC LIMIT :limit
            """)
        .bind("circuit", circuitId)
        .bind("limit", JourneyQueries.MAX_JOURNEYS + 1)
        .mapTo(Long.class)
        .list();
  }
}
