// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.journey.Findings.FoundHandoff;
import io.correlationstation.server.journey.RecentRows.Edge;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.live.HandoffLine;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Statements that change handoffs. */
final class HandoffTable {

  private static final ListQuery ENDS =
      new ListQuery(
          "SELECT id, parent_trace_id, child_trace_id FROM handoffs WHERE id IN (<values>)");

  private static final ListQuery FROM_PARENTS = edgesBy("parent_trace_id");
  private static final ListQuery TO_CHILDREN = edgesBy("child_trace_id");

  private HandoffTable() {}

  private static ListQuery edgesBy(String end) {
    return new ListQuery(
        """
        SELECT id, parent_trace_id, child_trace_id FROM handoffs
        WHERE state = 'LINKED' AND superseded_by IS NULL AND %s IN (<values>)
        """
            .formatted(end));
  }

  /** For each of the traces the linked handoffs that nothing replaced, from it and to it. */
  static Map<String, List<Edge>> edges(Handle handle, Collection<String> traceIds) {
    Map<String, List<Edge>> edges = new LinkedHashMap<>();
    traceIds.forEach(trace -> edges.put(trace, new ArrayList<>()));
    FROM_PARENTS.forEach(handle, traceIds, row -> add(edges, row.getString(2), edge(row)));
    TO_CHILDREN.forEach(handle, traceIds, row -> add(edges, row.getString(3), edge(row)));
    return edges;
  }

  private static void add(Map<String, List<Edge>> edges, String end, Edge edge) {
    edges.computeIfAbsent(end, ignored -> new ArrayList<>()).add(edge);
  }

  private static Edge edge(ResultSet row) throws SQLException {
    return new Edge(row.getString(1), row.getString(2), row.getString(3));
  }

  /** Tells which traces handoffs lead to and from, as not all of them need be fragments. */
  static void tellEnds(Handle handle, Admission admission) {
    for (String end : List.of("parent_trace_id", "child_trace_id")) {
      handle
          .createQuery("SELECT <end> FROM handoffs")
          .define("end", end)
          .mapTo(String.class)
          .forEach(traceId -> admission.admit(Admission.hash(traceId)));
    }
  }

  /** Applies the decisions in their order; returns the traces whose connections may differ. */
  static Set<String> save(Handle handle, List<FoundHandoff> handoffs, RecentRows recent) {
    Map<String, Decision> decisions = new LinkedHashMap<>();
    Map<String, String> replacements = new LinkedHashMap<>();
    Set<String> touched = new LinkedHashSet<>();
    Map<String, Boolean> standing =
        RulingTable.standing(handle, handoffs.stream().map(found -> found.line().id()).toList());
    for (FoundHandoff found : handoffs) {
      HandoffLine handoff = found.line();
      if (!RulingTable.allows(standing, handoff)) {
        continue;
      }
      touched.add(handoff.parentTraceId());
      touched.add(handoff.childTraceId());
      decisions.put(handoff.id(), new Decision(handoff, null));
      replacements.remove(handoff.id());
      String replaced = handoff.supersedes();
      if (replaced != null && !replaced.equals(handoff.id())) {
        decisions.computeIfPresent(
            replaced, (id, decision) -> new Decision(decision.handoff, handoff.id()));
        replacements.put(replaced, handoff.id());
      }
    }
    insert(handle, decisions.values());
    decisions.values().forEach(decision -> recent.decided(decision.edge(), decision.stands()));
    for (Edge replaced : replace(handle, replacements)) {
      recent.decided(replaced, false);
      touched.add(replaced.parent());
      touched.add(replaced.child());
    }
    return touched;
  }

  private static void insert(Handle handle, Collection<Decision> decisions) {
    RowBatch batch =
        new RowBatch(
            handle,
            """
            INSERT INTO handoffs (id, parent_trace_id, child_trace_id, child_nanos, confidence,
              state, superseded_by, document)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET child_nanos = excluded.child_nanos,
              confidence = excluded.confidence, state = excluded.state,
              superseded_by = excluded.superseded_by, document = excluded.document
            """);
    for (Decision decision : decisions) {
      HandoffLine handoff = decision.handoff;
      batch.add(
          handoff.id(),
          handoff.parentTraceId(),
          handoff.childTraceId(),
          handoff.childStartNanos(),
          handoff.confidence(),
          handoff.state().name(),
          decision.supersededBy,
          handoff.text());
    }
    batch.execute();
  }

  /** Marks handoffs as replaced; returns what they connected. */
  private static List<Edge> replace(Handle handle, Map<String, String> replacements) {
    RowBatch batch = new RowBatch(handle, "UPDATE handoffs SET superseded_by = ? WHERE id = ?");
    replacements.forEach((id, by) -> batch.add(by, id));
    batch.execute();
    List<Edge> replaced = new ArrayList<>();
    ENDS.forEach(handle, replacements.keySet(), row -> replaced.add(edge(row)));
    return replaced;
  }

  /** A handoff of this batch and what replaced it within the batch. */
  private record Decision(HandoffLine handoff, @Nullable String supersededBy) {

    Edge edge() {
      return new Edge(handoff.id(), handoff.parentTraceId(), handoff.childTraceId());
    }

    boolean stands() {
      return handoff.state() == Handoff.State.LINKED && supersededBy == null;
    }
  }
}
