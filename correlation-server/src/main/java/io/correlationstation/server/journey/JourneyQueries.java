// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Page.Position;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Answers questions about journeys from the database. Thread-safe; every answer is a snapshot. */
final class JourneyQueries {

  static final int MAX_JOURNEYS = 50;
  static final int MAX_LOGS = 5_000;

  private final Jdbi jdbi;
  private final Aliases aliases;
  private final JourneyConfig config;
  private final Clock clock;

  JourneyQueries(Jdbi jdbi, Aliases aliases, JourneyConfig config, Clock clock) {
    this.jdbi = jdbi;
    this.aliases = aliases;
    this.config = config;
    this.clock = clock;
  }

  @Nullable Journey journey(String id) {
    return jdbi.inTransaction(
        handle -> {
          String current =
              handle
                  .createQuery("SELECT journey_id FROM fragments WHERE own_journey_id = :id")
                  .bind("id", id)
                  .mapTo(String.class)
                  .findOne()
                  .orElse(null);
          if (current == null) {
            return null;
          }
          return withLooseLogs(handle, current);
        });
  }

  /** The journey next to those of its circuits around it, which may claim a log as well. */
  private @Nullable Journey withLooseLogs(Handle handle, String id) {
    long slack = config.logSlack().toNanos();
    List<String> ids =
        handle
            .createQuery(
                """
                SELECT DISTINCT other.journey_id FROM journeys mine
                JOIN journey_circuits c ON c.journey_id = mine.id
                JOIN journey_circuits other ON other.circuit_id = c.circuit_id
                JOIN journeys near ON near.id = other.journey_id
                WHERE mine.id = :id AND near.id <> :id
                  AND near.start_nanos <= mine.end_nanos + 2 * :slack
                  AND near.end_nanos >= mine.start_nanos - 2 * :slack
                LIMIT :limit
                """)
            .bind("id", id)
            .bind("slack", slack)
            .bind("limit", MAX_JOURNEYS)
            .mapTo(String.class)
            .collect(Collectors.toCollection(ArrayList::new));
    ids.add(id);
    List<Journey> journeys = journeys(handle, ids);
    Journey journey = find(journeys, id);
    return journey == null
        ? null
        : find(LooseLogs.ofJourney(handle, journey, config.logSlack()).join(journeys), id);
  }

  private static @Nullable Journey find(List<Journey> journeys, String id) {
    return journeys.stream().filter(journey -> journey.id().equals(id)).findFirst().orElse(null);
  }

  /** Journeys with those ids, without logs that have no trace id. */
  List<Journey> journeys(Handle handle, List<String> ids) {
    if (ids.isEmpty()) {
      return List.of();
    }
    List<Fragment> fragments = FragmentQueries.byTrace(handle, traces(handle, ids));
    List<String> traceIds = fragments.stream().map(Fragment::traceId).toList();
    List<Link> links = FragmentQueries.links(handle, traceIds);
    List<LogLine> logs = FragmentQueries.logs(handle, traceIds, MAX_LOGS + 1);
    Map<String, Set<String>> circuits = circuits(handle, ids);
    List<Journey> journeys = new ArrayList<>();
    handle
        .createQuery("SELECT * FROM journeys WHERE id IN (<ids>) ORDER BY start_nanos, id")
        .bindList("ids", ids)
        .map(
            (result, context) ->
                journey(
                    JourneyRow.read(result),
                    fragments,
                    links,
                    logs,
                    circuits.getOrDefault(result.getString("id"), Set.of())))
        .forEach(journeys::add);
    return journeys;
  }

  private Journey journey(
      JourneyRow row,
      List<Fragment> allFragments,
      List<Link> allLinks,
      List<LogLine> allLogs,
      Set<String> circuits) {
    List<Fragment> fragments =
        allFragments.stream().filter(fragment -> fragment.journeyId().equals(row.id())).toList();
    Set<String> traces = new LinkedHashSet<>();
    fragments.forEach(fragment -> traces.add(fragment.traceId()));
    List<LogLine> logs =
        allLogs.stream().filter(log -> traces.contains(String.valueOf(log.traceId()))).toList();
    return new Journey(
        row.id(),
        List.copyOf(circuits),
        row.startNanos(),
        row.endNanos(),
        state(row),
        row.defectCode(),
        fragments,
        allLinks.stream()
            .filter(
                link ->
                    traces.contains(link.handoff().parent().traceId())
                        || traces.contains(link.handoff().child().traceId()))
            .toList(),
        logs.stream().filter(log -> !log.event()).toList(),
        logs.stream().filter(LogLine::event).toList(),
        allLogs.size() > MAX_LOGS);
  }

  private Journey.State state(JourneyRow row) {
    if (row.failed()) {
      return Journey.State.FAILED;
    }
    Duration wait = row.rootless() ? config.abandonAfter() : config.quiet();
    long now = nanos(clock.instant());
    return now - row.receivedNanos() < wait.toNanos()
        ? Journey.State.RUNNING
        : Journey.State.COMPLETED;
  }

  /** Whether the quiet time has passed since then. */
  boolean quietSince(long nanos) {
    return nanos(clock.instant()) - nanos >= config.quiet().toNanos();
  }

  List<WorkflowStep> steps(Journey journey) {
    return WorkflowSteps.of(journey.events(), nanos(clock.instant()));
  }

  static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  private static List<String> traces(Handle handle, List<String> journeyIds) {
    return handle
        .createQuery(
            """
            SELECT trace_id FROM fragments WHERE journey_id IN (<ids>)
            ORDER BY start_nanos, trace_id
            """)
        .bindList("ids", journeyIds)
        .mapTo(String.class)
        .list();
  }

  private static Map<String, Set<String>> circuits(Handle handle, List<String> journeyIds) {
    Map<String, Set<String>> circuits = new HashMap<>();
    handle
        .createQuery(
            """
            SELECT journey_id, circuit_id FROM journey_circuits WHERE journey_id IN (<ids>)
            ORDER BY circuit_id
            """)
        .bindList("ids", journeyIds)
        .map((result, context) -> Map.entry(result.getString(1), result.getString(2)))
        .forEach(
            entry ->
                circuits
                    .computeIfAbsent(entry.getKey(), ignored -> new LinkedHashSet<>())
                    .add(entry.getValue()));
    return circuits;
  }

  /** The newest completed journeys that began with a span of the same service and name. */
  List<String> goodOnesLike(String journeyId, int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT j.id FROM fragments mine
                    JOIN fragments root ON root.root_service = mine.root_service
                      AND root.root_name = mine.root_name
                    JOIN journeys j ON j.id = root.own_journey_id
                    WHERE mine.own_journey_id = :id AND j.id <> :id AND j.failed = 0
                      AND j.received_nanos <= :quiet
                    ORDER BY root.start_nanos DESC LIMIT :limit
                    """)
                .bind("id", journeyId)
                .bind("quiet", nanos(clock.instant()) - config.quiet().toNanos())
                .bind("limit", limit)
                .mapTo(String.class)
                .list());
  }

  Page<JourneySummary> summaries(JourneyFilter filter, int limit, @Nullable Position after) {
    return jdbi.inTransaction(
        handle -> {
          Conditions where = new Conditions();
          where.after("j.start_nanos", "j.id", after);
          if (filter.ofAnyCircuit()) {
            where.ofAnyCircuit();
          }
          where.journeys(
              filter.state(),
              filter.circuitId() == null
                  ? List.of()
                  : aliases.resolveOrSelf(handle, filter.circuitId()),
              nanos(clock.instant()),
              config);
          List<JourneyRow> rows =
              where
                  .bind(
                      handle.createQuery(
                          "SELECT * FROM journeys j"
                              + where.sql()
                              + " ORDER BY j.start_nanos DESC, j.id DESC LIMIT :limit"))
                  .bind("limit", limit + 1)
                  .map((result, context) -> JourneyRow.read(result))
                  .list();
          boolean more = rows.size() > limit;
          List<JourneyRow> shown = more ? rows.subList(0, limit) : rows;
          JourneyRow last = shown.isEmpty() ? null : shown.get(shown.size() - 1);
          return new Page<>(
              summaries(handle, shown),
              more && last != null ? new Position(last.startNanos(), last.id()) : null);
        });
  }

  private List<JourneySummary> summaries(Handle handle, List<JourneyRow> rows) {
    List<String> ids = rows.stream().map(JourneyRow::id).toList();
    Map<String, List<Fragment>> fragments = new HashMap<>();
    Map<String, Set<String>> circuits = new HashMap<>();
    for (List<String> chunk : Chunks.of(ids)) {
      for (Fragment fragment : FragmentQueries.byTrace(handle, traces(handle, chunk))) {
        fragments.computeIfAbsent(fragment.journeyId(), ignored -> new ArrayList<>()).add(fragment);
      }
      circuits.putAll(circuits(handle, chunk));
    }
    return rows.stream()
        .map(
            row ->
                summary(
                    row,
                    fragments.getOrDefault(row.id(), List.of()),
                    circuits.getOrDefault(row.id(), Set.of())))
        .toList();
  }

  private JourneySummary summary(JourneyRow row, List<Fragment> fragments, Set<String> circuitIds) {
    Set<String> services = new TreeSet<>();
    fragments.forEach(fragment -> services.addAll(fragment.services()));
    return new JourneySummary(
        row.id(),
        List.copyOf(circuitIds),
        row.startNanos(),
        row.endNanos(),
        state(row),
        row.defectCode(),
        fragments.stream()
            .map(Fragment::root)
            .filter(Objects::nonNull)
            .findFirst()
            .map(Fragment.RootSpan::name)
            .orElse(null),
        List.copyOf(services),
        fragments.size(),
        fragments.stream().mapToInt(Fragment::spanCount).sum(),
        fragments.stream().mapToInt(Fragment::errorCount).sum());
  }

  /** One row of {@code journeys}. */
  private record JourneyRow(
      String id,
      long startNanos,
      long endNanos,
      long receivedNanos,
      boolean failed,
      boolean rootless,
      @Nullable String defectCode) {

    static JourneyRow read(ResultSet result) throws SQLException {
      return new JourneyRow(
          result.getString("id"),
          result.getLong("start_nanos"),
          result.getLong("end_nanos"),
          result.getLong("received_nanos"),
          result.getInt("failed") != 0,
          result.getInt("rootless") != 0,
          result.getString("defect_code"));
    }
  }
}
