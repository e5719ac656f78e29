// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Fragment.RootSpan;
import io.correlationstation.server.stitch.live.HandoffLines;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads fragments, links and logs as values; each method costs a fixed number of statements. */
final class FragmentQueries {

  private static final String NO_PARENT = "0000000000000000";

  private FragmentQueries() {}

  private static final String SELECT =
      """
      SELECT f.trace_id, j.trace_id AS journey_trace, f.services, f.root_span_id, f.root_parent_id,
        f.root_name, f.root_service, f.root_kind, f.root_failed, f.start_nanos, f.end_nanos,
        f.received_nanos, f.span_count, f.error_count, f.defect_code, f.key_values,
        (SELECT COUNT(*) FROM logs l WHERE l.fragment = f.id) AS log_count
      FROM fragments f JOIN journeys j ON j.id = f.journey
      """;

  /** Fragments of those traces, in the order asked for; unknown ones are left out. */
  static List<Fragment> byTrace(Handle handle, Collection<String> traceIds) {
    Map<String, Fragment> found = new HashMap<>();
    for (List<String> chunk : Chunks.of(traceIds)) {
      handle
          .createQuery(SELECT + "WHERE f.trace_id IN (<ids>)")
          .bindList("ids", chunk)
          .map((result, context) -> fragment(result))
          .forEach(fragment -> found.put(fragment.traceId(), fragment));
    }
    return traceIds.stream().map(found::get).filter(Objects::nonNull).toList();
  }

  /** Fragments of those journeys in order of their start. */
  static List<Fragment> ofJourneys(Handle handle, Collection<Long> journeys) {
    List<Fragment> fragments = new ArrayList<>();
    for (List<Long> chunk : Chunks.of(journeys)) {
      handle
          .createQuery(SELECT + "WHERE f.journey IN (<ids>)")
          .bindList("ids", chunk)
          .map((result, context) -> fragment(result))
          .forEach(fragments::add);
    }
    fragments.sort(Comparator.comparingLong(Fragment::startNanos).thenComparing(Fragment::traceId));
    return fragments;
  }

  /** Links that touch one of those traces, without the replaced ones, in order of time. */
  static List<Link> links(Handle handle, Collection<String> traceIds) {
    Map<String, Link> links = new LinkedHashMap<>();
    for (List<String> chunk : Chunks.of(traceIds)) {
      for (String side : List.of("parent_trace_id", "child_trace_id")) {
        handle
            .createQuery(
                """
                SELECT document, superseded_by FROM handoffs
                WHERE superseded_by IS NULL AND <side> IN (<ids>)
                """)
            .define("side", side)
            .bindList("ids", chunk)
            .map((result, context) -> link(result))
            .forEach(link -> links.put(link.handoff().id(), link));
      }
    }
    return links.values().stream()
        .sorted(
            Comparator.comparingLong((Link link) -> link.handoff().child().startNanos())
                .thenComparing(link -> link.handoff().id()))
        .toList();
  }

  /** Logs of those traces in order of time, at most {@code limit}. */
  static List<LogLine> logs(Handle handle, Collection<String> traceIds, int limit) {
    List<LogLine> lines = new ArrayList<>();
    for (List<String> chunk : Chunks.of(traceIds)) {
      handle
          .createQuery(
              """
              SELECT l.*, f.trace_id FROM fragments f JOIN logs l ON l.fragment = f.id
              WHERE f.trace_id IN (<ids>) ORDER BY l.time_nanos, l.id LIMIT :limit
              """)
          .bindList("ids", chunk)
          .bind("limit", limit)
          .map((result, context) -> logLine(result, result.getString("trace_id")))
          .forEach(lines::add);
    }
    return lines.stream().sorted(LOG_ORDER).limit(limit).toList();
  }

  static final Comparator<LogLine> LOG_ORDER =
      Comparator.comparingLong(LogLine::timeNanos).thenComparing(LogLine::id);

  static Link link(ResultSet result) throws SQLException {
    return new Link(
        HandoffLines.parse(result.getString("document")), result.getString("superseded_by"));
  }

  static LogLine logLine(ResultSet result, @Nullable String traceId) throws SQLException {
    return new LogLine(
        result.getString("id"),
        traceId,
        result.getString("span_id"),
        result.getLong("time_nanos"),
        result.getInt("severity_number"),
        result.getString("severity_text"),
        result.getString("service"),
        result.getString("body"),
        result.getString("event_name"),
        result.getInt("is_event") != 0,
        JsonColumn.texts(result.getString("attributes")),
        null);
  }

  private static Fragment fragment(ResultSet result) throws SQLException {
    return new Fragment(
        result.getString("trace_id"),
        JourneyIds.journey(result.getString("journey_trace")),
        JsonColumn.list(result.getString("services")),
        root(result),
        result.getLong("start_nanos"),
        result.getLong("end_nanos"),
        result.getLong("received_nanos"),
        result.getInt("span_count"),
        result.getInt("error_count"),
        result.getInt("log_count"),
        result.getString("defect_code"),
        firstSeenFirst(JsonColumn.times(result.getString("key_values"))));
  }

  private static Map<String, List<String>> firstSeenFirst(Map<String, Map<String, Long>> times) {
    Map<String, List<String>> keys = new LinkedHashMap<>();
    times.forEach(
        (name, values) ->
            keys.put(
                name,
                values.entrySet().stream()
                    .sorted(
                        Map.Entry.<String, Long>comparingByValue()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .map(Map.Entry::getKey)
                    .toList()));
    return keys;
  }

  private static @Nullable RootSpan root(ResultSet result) throws SQLException {
    String spanId = result.getString("root_span_id");
    if (spanId == null) {
      return null;
    }
    String parent = result.getString("root_parent_id");
    return new RootSpan(
        spanId,
        NO_PARENT.equals(parent) ? null : parent,
        result.getString("root_name"),
        result.getString("root_service"),
        result.getInt("root_kind"),
        result.getInt("root_failed") != 0);
  }
}
