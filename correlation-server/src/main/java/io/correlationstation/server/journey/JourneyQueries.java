// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Page.Position;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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
          Long current =
              handle
                  .createQuery("SELECT journey FROM fragments WHERE trace_id = :root")
                  .bind("root", JourneyIds.rootTrace(id))
                  .mapTo(Long.class)
                  .findOne()
                  .orElse(null);
          return current == null ? null : withLooseLogs(handle, current);
        });
  }

  /** The journey next to those of its circuits around it, which may claim a log as well. */
  private @Nullable Journey withLooseLogs(Handle handle, long id) {
    JourneyRow mine = JourneyTable.load(handle, List.of(id)).get(id);
    if (mine == null) {
      return null;
    }
    List<Long> ids = mine.circuits().isEmpty() ? new ArrayList<>() : around(handle, mine);
    ids.add(id);
    List<Journey> journeys = journeys(handle, ids);
    Journey journey = find(journeys, mine.journeyId());
    return journey == null
        ? null
        : find(
            LooseLogs.ofJourney(handle, journey, config.logSlack()).join(journeys),
            mine.journeyId());
  }

  private List<Long> around(Handle handle, JourneyRow mine) {
    long slack = config.logSlack().toNanos();
    return handle
        .createQuery(
            """
            SELECT DISTINCT near.id FROM journey_circuits c
            JOIN journeys near ON near.id = c.journey
            WHERE c.circuit_id IN (<circuits>) AND near.id <> :id
              AND c.start_nanos <= :end + 2 * :slack AND near.end_nanos >= :start - 2 * :slack
            LIMIT :limit
            """)
        .bindList("circuits", mine.circuits())
        .bind("id", mine.id())
        .bind("start", mine.startNanos())
        .bind("end", mine.endNanos())
        .bind("slack", slack)
        .bind("limit", MAX_JOURNEYS)
        .mapTo(Long.class)
        .collect(Collectors.toCollection(ArrayList::new));
  }

  private static @Nullable Journey find(List<Journey> journeys, String id) {
    return journeys.stream().filter(journey -> journey.id().equals(id)).findFirst().orElse(null);
  }

  /** Journeys with those numbers in order of their start, without logs that have no trace id. */
  List<Journey> journeys(Handle handle, List<Long> ids) {
    List<Fragment> fragments = FragmentQueries.ofJourneys(handle, ids);
    List<String> traceIds = fragments.stream().map(Fragment::traceId).toList();
    List<Link> links = FragmentQueries.links(handle, traceIds);
    List<LogLine> logs = FragmentQueries.logs(handle, traceIds, MAX_LOGS + 1);
    return JourneyTable.load(handle, ids).values().stream()
        .sorted(
            Comparator.comparingLong(JourneyRow::startNanos).thenComparing(JourneyRow::journeyId))
        .map(row -> journey(row, fragments, links, logs))
        .toList();
  }

  private Journey journey(
      JourneyRow row, List<Fragment> allFragments, List<Link> allLinks, List<LogLine> allLogs) {
    String id = row.journeyId();
    List<Fragment> fragments =
        allFragments.stream().filter(fragment -> fragment.journeyId().equals(id)).toList();
    Set<String> traces = new LinkedHashSet<>();
    fragments.forEach(fragment -> traces.add(fragment.traceId()));
    List<LogLine> logs =
        allLogs.stream().filter(log -> traces.contains(String.valueOf(log.traceId()))).toList();
    return new Journey(
        id,
        row.circuits(),
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

  /** The newest completed journeys that began with a span of the same service and name. */
  List<String> goodOnesLike(String journeyId, int limit) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT j.trace_id FROM fragments mine
                    JOIN fragments root ON root.root_service = mine.root_service
                      AND root.root_name = mine.root_name
                    JOIN journeys j ON j.id = root.id
                    WHERE mine.trace_id = :root AND j.id <> mine.id AND j.failed = 0
                      AND j.received_nanos <= :quiet
                    ORDER BY root.start_nanos DESC LIMIT :limit
                    """)
                .bind("root", JourneyIds.rootTrace(journeyId))
                .bind("quiet", nanos(clock.instant()) - config.quiet().toNanos())
                .bind("limit", limit)
                .mapTo(String.class)
                .map(JourneyIds::journey)
                .list());
  }

  Page<JourneySummary> summaries(JourneyFilter filter, int limit, @Nullable Position after) {
    return jdbi.inTransaction(
        handle -> {
          Conditions where = new Conditions();
          where.after("j.start_nanos", "j.trace_id", after);
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
                              + " ORDER BY j.start_nanos DESC, j.trace_id DESC LIMIT :limit"))
                  .bind("limit", limit + 1)
                  .map((result, context) -> JourneyRow.read(result))
                  .list();
          boolean more = rows.size() > limit;
          List<JourneyRow> shown = more ? rows.subList(0, limit) : rows;
          JourneyRow last = shown.isEmpty() ? null : shown.get(shown.size() - 1);
          return new Page<>(
              summaries(handle, shown),
              more && last != null ? new Position(last.startNanos(), last.traceId()) : null);
        });
  }

  private List<JourneySummary> summaries(Handle handle, List<JourneyRow> rows) {
    Map<String, List<Fragment>> fragments =
        FragmentQueries.ofJourneys(handle, rows.stream().map(JourneyRow::id).toList()).stream()
            .collect(Collectors.groupingBy(Fragment::journeyId));
    return rows.stream()
        .map(row -> summary(row, fragments.getOrDefault(row.journeyId(), List.of())))
        .toList();
  }

  private JourneySummary summary(JourneyRow row, List<Fragment> fragments) {
    Set<String> services = new TreeSet<>();
    fragments.forEach(fragment -> services.addAll(fragment.services()));
    return new JourneySummary(
        row.journeyId(),
        row.circuits(),
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
}
