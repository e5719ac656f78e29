// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static io.correlationstation.server.journey.KeyVocabulary.CIRCUIT_ID;

import io.correlationstation.server.journey.Page.Position;
import io.correlationstation.server.stitch.Handoff;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Answers questions about journeys from the database. Thread-safe; every answer is a snapshot. */
final class JourneyQueries {

  static final int MAX_JOURNEYS = 50;
  static final int MAX_LOGS = 5_000;
  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");

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

  /** Journeys that an id belongs to, the most recent first. */
  private List<String> journeyIdsOf(Handle handle, String id, List<String> circuits) {
    List<String> keys = new ArrayList<>(config.correlationKeys());
    keys.addAll(config.aliasKeys());
    keys.remove(CIRCUIT_ID);
    List<String> journeys =
        handle
            .createQuery(
                """
                SELECT j.id FROM journeys j WHERE j.id IN (
                  SELECT journey_id FROM fragments WHERE trace_id = :trace OR own_journey_id = :id
                  UNION
                  SELECT f.journey_id FROM fragment_keys k JOIN fragments f USING (trace_id)
                  WHERE k.key_name IN (<keys>) AND k.key_value = :id)
                ORDER BY j.start_nanos DESC, j.id LIMIT :limit
                """)
            .bind("id", id)
            .bind("trace", Aliases.traceId(id))
            .bindList("keys", keys)
            .bind("limit", MAX_JOURNEYS)
            .mapTo(String.class)
            .list();
    if (!journeys.isEmpty() || circuits.isEmpty()) {
      return journeys;
    }
    List<String> ofCircuit = journeyIds(handle, circuits.get(0));
    return ofCircuit.subList(0, Math.min(MAX_JOURNEYS, ofCircuit.size()));
  }

  Lookup lookup(String id) {
    String cleaned = KeyVocabulary.clean(id);
    if (cleaned == null) {
      return Lookup.NOTHING;
    }
    return jdbi.inTransaction(
        handle -> {
          List<String> circuits = aliases.resolve(handle, cleaned);
          List<String> journeys = journeyIdsOf(handle, cleaned, circuits);
          return new Lookup(
              circuits, journeys, traceId(handle, cleaned), handoffId(handle, cleaned));
        });
  }

  private static @Nullable String traceId(Handle handle, String id) {
    String traceId = Aliases.traceId(id);
    String listed =
        handle
            .createQuery("SELECT trace_id FROM trace_frames WHERE trace_id = :id LIMIT 1")
            .bind("id", traceId)
            .mapTo(String.class)
            .findOne()
            .orElse(null);
    if (listed != null || !TRACE_ID.matcher(traceId).matches()) {
      return listed;
    }
    return UnlistedTraces.frames(handle, traceId).isEmpty() ? null : traceId;
  }

  private static @Nullable String handoffId(Handle handle, String id) {
    return handle
        .createQuery("SELECT id FROM handoffs WHERE id = :id")
        .bind("id", id.toLowerCase(Locale.ROOT))
        .mapTo(String.class)
        .findOne()
        .orElse(null);
  }

  @Nullable Circuit circuit(String id) {
    String cleaned = KeyVocabulary.clean(id);
    if (cleaned == null) {
      return null;
    }
    return jdbi.inTransaction(
        handle -> {
          List<String> circuits = aliases.resolve(handle, cleaned);
          return circuits.isEmpty() ? null : circuit(handle, circuits);
        });
  }

  private Circuit circuit(Handle handle, List<String> circuits) {
    String circuitId = circuits.get(0);
    List<String> ids = journeyIds(handle, circuitId);
    boolean older = ids.size() > MAX_JOURNEYS;
    List<Journey> journeys = journeys(handle, older ? ids.subList(0, MAX_JOURNEYS) : ids);
    List<Circuit.Alias> known = aliases.of(handle, circuitId);
    LooseLogs loose = LooseLogs.ofCircuit(handle, circuitId, known, journeys, config.logSlack());
    List<Journey> complete = new ArrayList<>(loose.join(journeys));
    Journey unclaimed = loose.unclaimed(circuitId, older, this::quietSince);
    if (unclaimed != null) {
      complete.add(unclaimed);
    }
    complete.sort(Comparator.comparingLong(Journey::startNanos).thenComparing(Journey::id));
    return new Circuit(
        circuitId, known, List.copyOf(circuits.subList(1, circuits.size())), complete, older);
  }

  private static List<String> journeyIds(Handle handle, String circuitId) {
    return handle
        .createQuery(
            """
            SELECT journey_id FROM journey_circuits WHERE circuit_id = :circuit
            ORDER BY start_nanos DESC, journey_id DESC LIMIT :limit
            """)
        .bind("circuit", circuitId)
        .bind("limit", MAX_JOURNEYS + 1)
        .mapTo(String.class)
        .list();
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
  private List<Journey> journeys(Handle handle, List<String> ids) {
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

  private boolean quietSince(long nanos) {
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
              filter.circuitId() == null ? List.of() : resolveOrSelf(handle, filter.circuitId()),
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

  Page<Correlation> correlations(CorrelationFilter filter, int limit, @Nullable Position after) {
    return jdbi.inTransaction(
        handle -> {
          Conditions where = new Conditions();
          where.after("f.start_nanos", "f.trace_id", after);
          where.fragments(filter, values(handle, filter.keys()));
          List<String> traceIds =
              where
                  .bind(
                      handle.createQuery(
                          "SELECT f.trace_id FROM fragments f"
                              + where.sql()
                              + " ORDER BY f.start_nanos DESC, f.trace_id DESC LIMIT :limit"))
                  .bind("limit", limit + 1)
                  .mapTo(String.class)
                  .list();
          return correlationPage(handle, traceIds, limit);
        });
  }

  private static Page<Correlation> correlationPage(
      Handle handle, List<String> traceIds, int limit) {
    boolean more = traceIds.size() > limit;
    List<Fragment> fragments =
        FragmentQueries.byTrace(handle, more ? traceIds.subList(0, limit) : traceIds);
    List<Link> links =
        FragmentQueries.links(handle, fragments.stream().map(Fragment::traceId).toList());
    Map<String, List<Link>> linksOfTrace = new HashMap<>();
    for (Link link : links) {
      linksOfTrace
          .computeIfAbsent(link.handoff().child().traceId(), ignored -> new ArrayList<>())
          .add(link);
      linksOfTrace
          .computeIfAbsent(link.handoff().parent().traceId(), ignored -> new ArrayList<>())
          .add(link);
    }
    List<Correlation> items =
        fragments.stream()
            .map(
                fragment ->
                    new Correlation(
                        fragment, linksOfTrace.getOrDefault(fragment.traceId(), List.of())))
            .toList();
    return new Page<>(items, more ? position(fragments.get(fragments.size() - 1)) : null);
  }

  private static Position position(Fragment fragment) {
    return new Position(fragment.startNanos(), fragment.traceId());
  }

  /** The circuit's value replaced by the circuits that it leads to as an alias. */
  private Map<String, List<String>> values(Handle handle, Map<String, String> keys) {
    Map<String, List<String>> values = new HashMap<>();
    keys.forEach((name, value) -> values.put(name, List.of(value)));
    String circuit = keys.get(CIRCUIT_ID);
    if (circuit != null) {
      List<String> resolved = aliases.resolve(handle, circuit);
      values.put(CIRCUIT_ID, resolved.isEmpty() ? List.of(circuit) : resolved);
    }
    return values;
  }

  Page<Link> links(LinkFilter filter, int limit, @Nullable Position after) {
    return jdbi.inTransaction(
        handle -> {
          Conditions where = new Conditions();
          where.after("h.child_nanos", "h.id", after);
          where.links(
              filter,
              filter.circuitId() == null ? List.of() : resolveOrSelf(handle, filter.circuitId()));
          List<Link> links =
              where
                  .bind(
                      handle.createQuery(
                          "SELECT h.document, h.superseded_by FROM handoffs h"
                              + where.sql()
                              + " ORDER BY h.child_nanos DESC, h.id DESC LIMIT :limit"))
                  .bind("limit", limit + 1)
                  .map((result, context) -> FragmentQueries.link(result))
                  .list();
          boolean more = links.size() > limit;
          List<Link> items = more ? links.subList(0, limit) : links;
          return new Page<>(items, more ? position(items.get(limit - 1)) : null);
        });
  }

  private List<String> resolveOrSelf(Handle handle, String id) {
    List<String> resolved = aliases.resolve(handle, id);
    return resolved.isEmpty() ? List.of(id) : resolved;
  }

  private static Position position(Link link) {
    return new Position(link.handoff().child().startNanos(), link.handoff().id());
  }

  @Nullable Link link(String id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT document, superseded_by FROM handoffs WHERE id = :id")
                .bind("id", id)
                .map((result, context) -> FragmentQueries.link(result))
                .findOne()
                .orElse(null));
  }

  /** What stands for the child of that handoff, if it is another one; or null. */
  @Nullable Handoff standingInsteadOf(Handoff handoff) {
    return jdbi.withHandle(
        handle ->
            FragmentQueries.links(handle, List.of(handoff.child().traceId())).stream()
                .filter(link -> link.state() != Handoff.State.REJECTED)
                .map(Link::handoff)
                .filter(other -> other.child().spanId().equals(handoff.child().spanId()))
                .filter(other -> other.child().traceId().equals(handoff.child().traceId()))
                .filter(other -> !other.id().equals(handoff.id()))
                .findFirst()
                .orElse(null));
  }

  List<VerdictEntry> verdicts(String handoffId) {
    return jdbi.withHandle(handle -> RulingTable.history(handle, handoffId));
  }

  /** What is known of a trace besides its spans; null when nothing is. */
  @Nullable TraceIndex trace(String traceId) {
    return jdbi.inTransaction(
        handle -> {
          List<Long> frames =
              handle
                  .createQuery(
                      "SELECT sequence FROM trace_frames WHERE trace_id = :id ORDER BY sequence")
                  .bind("id", traceId)
                  .mapTo(Long.class)
                  .collect(Collectors.toCollection(ArrayList::new));
          List<Fragment> fragment = FragmentQueries.byTrace(handle, List.of(traceId));
          if (fragment.isEmpty() && TRACE_ID.matcher(traceId).matches()) {
            frames.addAll(UnlistedTraces.frames(handle, traceId));
          }
          if (frames.isEmpty() && fragment.isEmpty()) {
            return null;
          }
          return new TraceIndex(
              frames,
              fragment.isEmpty() ? null : fragment.get(0),
              FragmentQueries.links(handle, List.of(traceId)),
              FragmentQueries.logs(handle, List.of(traceId), MAX_LOGS));
        });
  }

  /** Where the spans of a trace are, and what else is known of it. */
  record TraceIndex(
      List<Long> frames, @Nullable Fragment fragment, List<Link> links, List<LogLine> logs) {}

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
