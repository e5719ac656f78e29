// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Page.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** The WHERE clause of a list, with its values bound by name. */
final class Conditions {

  private final List<String> conditions = new ArrayList<>();
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, List<String>> lists = new LinkedHashMap<>();

  /** Only what comes behind that position in descending order. */
  void after(String nanosColumn, String idColumn, @Nullable Position position) {
    if (position != null) {
      add(
          "("
              + nanosColumn
              + " < :after_nanos OR ("
              + nanosColumn
              + " = :after_nanos AND "
              + idColumn
              + " < :after_id))");
      values.put("after_nanos", position.nanos());
      values.put("after_id", position.id());
    }
  }

  void fragments(CorrelationFilter filter, Map<String, List<String>> keyValues) {
    if (filter.traceId() != null) {
      add("f.trace_id = :trace_id");
      values.put("trace_id", filter.traceId());
    }
    if (filter.fromNanos() != Long.MIN_VALUE) {
      add("f.end_nanos >= :from_nanos");
      values.put("from_nanos", filter.fromNanos());
    }
    if (filter.toNanos() != Long.MAX_VALUE) {
      add("f.start_nanos <= :to_nanos");
      values.put("to_nanos", filter.toNanos());
    }
    if (filter.service() != null) {
      add("replace(f.services, :service, '') <> f.services");
      values.put("service", JsonColumn.ofText(filter.service()));
    }
    keys("f.id", "k.fragment", "", keyValues);
  }

  void links(LinkFilter filter, Map<String, List<String>> keyValues) {
    keys("h.child_trace_id", "f.trace_id", " JOIN fragments f ON f.id = k.fragment", keyValues);
    if (filter.traceId() != null) {
      add("(h.parent_trace_id = :trace_id OR h.child_trace_id = :trace_id)");
      values.put("trace_id", filter.traceId());
    }
    if (filter.minConfidence() > 0) {
      add("h.confidence >= :min_confidence");
      values.put("min_confidence", filter.minConfidence());
    }
    if (filter.state() != null) {
      switch (filter.state()) {
        case REJECTED -> add("(h.state = 'REJECTED' OR h.superseded_by IS NOT NULL)");
        case LINKED -> add("h.state = 'LINKED' AND h.superseded_by IS NULL");
        case CANDIDATE -> add("h.state = 'CANDIDATE' AND h.superseded_by IS NULL");
      }
    }
  }

  /** Only what is of a fragment with each of these keys, told by a column of it. */
  private void keys(
      String column, String ofFragment, String join, Map<String, List<String>> keyValues) {
    int number = 0;
    for (Map.Entry<String, List<String>> key : keyValues.entrySet()) {
      number++;
      add(
          column
              + " IN (SELECT "
              + ofFragment
              + " FROM fragment_keys k"
              + join
              + " WHERE k.key_name = :key_"
              + number
              + " AND k.key_value IN (<values_"
              + number
              + ">))");
      values.put("key_" + number, key.getKey());
      lists.put("values_" + number, key.getValue());
    }
  }

  void ofAnyCircuit() {
    add("j.circuits <> '[]'");
  }

  void journeys(
      Journey.@Nullable State state, List<String> circuits, long nowNanos, JourneyConfig config) {
    if (!circuits.isEmpty()) {
      add("j.id IN (SELECT journey FROM journey_circuits WHERE circuit_id IN (<circuits>))");
      lists.put("circuits", circuits);
    }
    if (state == null) {
      return;
    }
    add(state == Journey.State.FAILED ? "j.failed = 1" : "j.failed = 0");
    if (state != Journey.State.FAILED) {
      add(
          "j.received_nanos "
              + (state == Journey.State.RUNNING ? ">" : "<=")
              + " CASE WHEN j.rootless = 1 THEN :abandoned ELSE :quiet END");
      values.put("abandoned", nowNanos - config.abandonAfter().toNanos());
      values.put("quiet", nowNanos - config.quiet().toNanos());
    }
  }

  String sql() {
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }

  Query bind(Query query) {
    values.forEach(query::bind);
    lists.forEach(query::bindList);
    return query;
  }

  private void add(String condition) {
    conditions.add(condition);
  }
}
