// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
import java.util.Set;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Reads fragments, links and logs as values; each method costs a fixed number of statements. */
final class FragmentQueries {

  private static final String NO_PARENT = "0000000000000000";
  private static final TypeReference<LinkedHashMap<String, String>> TEXTS =
      new TypeReference<>() {};
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private FragmentQueries() {}

  /** Fragments of those traces, in the order asked for; unknown ones are left out. */
  static List<Fragment> byTrace(Handle handle, Collection<String> traceIds) {
    Map<String, Set<String>> services = services(handle, traceIds);
    Map<String, Map<String, List<String>>> keys = keys(handle, traceIds);
    Map<String, Integer> logs = logCounts(handle, traceIds);
    Map<String, Fragment> found = new HashMap<>();
    for (List<String> chunk : Chunks.of(traceIds)) {
      handle
          .createQuery("SELECT * FROM fragments WHERE trace_id IN (<ids>)")
          .bindList("ids", chunk)
          .map((result, context) -> fragment(result, services, keys, logs))
          .forEach(fragment -> found.put(fragment.traceId(), fragment));
    }
    List<Fragment> ordered = new ArrayList<>();
    for (String traceId : traceIds) {
      Fragment fragment = found.get(traceId);
      if (fragment != null) {
        ordered.add(fragment);
      }
    }
    return ordered;
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
              SELECT * FROM logs WHERE trace_id IN (<ids>) ORDER BY time_nanos, id LIMIT :limit
              """)
          .bindList("ids", chunk)
          .bind("limit", limit)
          .map((result, context) -> logLine(result))
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

  static LogLine logLine(ResultSet result) throws SQLException {
    return new LogLine(
        result.getString("id"),
        result.getString("trace_id"),
        result.getString("span_id"),
        result.getLong("time_nanos"),
        result.getInt("severity_number"),
        result.getString("severity_text"),
        result.getString("service"),
        result.getString("body"),
        result.getString("event_name"),
        result.getInt("is_event") != 0,
        texts(result.getString("attributes")),
        null);
  }

  private static Map<String, String> texts(String json) {
    try {
      return JSON.readValue(json, TEXTS);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("attributes are written by this class's writer", e);
    }
  }

  private static Fragment fragment(
      ResultSet result,
      Map<String, Set<String>> services,
      Map<String, Map<String, List<String>>> keys,
      Map<String, Integer> logs)
      throws SQLException {
    String traceId = result.getString("trace_id");
    return new Fragment(
        traceId,
        result.getString("journey_id"),
        List.copyOf(services.getOrDefault(traceId, Set.of())),
        root(result),
        result.getLong("start_nanos"),
        result.getLong("end_nanos"),
        result.getLong("received_nanos"),
        result.getInt("span_count"),
        result.getInt("error_count"),
        logs.getOrDefault(traceId, 0),
        result.getString("defect_code"),
        keys.getOrDefault(traceId, Map.of()));
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

  private static Map<String, Set<String>> services(Handle handle, Collection<String> traceIds) {
    Map<String, Set<String>> services = new HashMap<>();
    for (List<String> chunk : Chunks.of(traceIds)) {
      handle
          .createQuery("SELECT trace_id, service FROM fragment_services WHERE trace_id IN (<ids>)")
          .bindList("ids", chunk)
          .map((result, context) -> List.of(result.getString(1), result.getString(2)))
          .forEach(
              row ->
                  services.computeIfAbsent(row.get(0), ignored -> new TreeSet<>()).add(row.get(1)));
    }
    return services;
  }

  private static Map<String, Map<String, List<String>>> keys(
      Handle handle, Collection<String> traceIds) {
    Map<String, Map<String, List<String>>> keys = new HashMap<>();
    for (List<String> chunk : Chunks.of(traceIds)) {
      handle
          .createQuery(
              """
              SELECT trace_id, key_name, key_value FROM fragment_keys WHERE trace_id IN (<ids>)
              ORDER BY key_name, first_nanos, key_value
              """)
          .bindList("ids", chunk)
          .map(
              (result, context) ->
                  List.of(result.getString(1), result.getString(2), result.getString(3)))
          .forEach(
              row ->
                  keys.computeIfAbsent(row.get(0), ignored -> new LinkedHashMap<>())
                      .computeIfAbsent(row.get(1), ignored -> new ArrayList<>())
                      .add(row.get(2)));
    }
    return keys;
  }

  private static Map<String, Integer> logCounts(Handle handle, Collection<String> traceIds) {
    Map<String, Integer> counts = new HashMap<>();
    for (List<String> chunk : Chunks.of(traceIds)) {
      handle
          .createQuery(
              "SELECT trace_id, COUNT(*) FROM logs WHERE trace_id IN (<ids>) GROUP BY trace_id")
          .bindList("ids", chunk)
          .map((result, context) -> Map.entry(result.getString(1), result.getInt(2)))
          .forEach(entry -> counts.put(entry.getKey(), entry.getValue()));
    }
    return counts;
  }
}
