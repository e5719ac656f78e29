// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.live.HandoffLines;
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
      new ListQuery("SELECT parent_trace_id, child_trace_id FROM handoffs WHERE id IN (<values>)");

  private HandoffTable() {}

  /** Applies the decisions in their order; returns the traces whose connections may differ. */
  static Set<String> save(Handle handle, List<Handoff> handoffs) {
    Map<String, Decision> decisions = new LinkedHashMap<>();
    Map<String, String> replacements = new LinkedHashMap<>();
    Set<String> touched = new LinkedHashSet<>();
    Map<String, Boolean> standing =
        RulingTable.standing(handle, handoffs.stream().map(Handoff::id).toList());
    for (Handoff handoff : handoffs) {
      if (!RulingTable.allows(standing, handoff)) {
        continue;
      }
      touched.add(handoff.parent().traceId());
      touched.add(handoff.child().traceId());
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
    touched.addAll(replace(handle, replacements));
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
      Handoff handoff = decision.handoff;
      batch.add(
          handoff.id(),
          handoff.parent().traceId(),
          handoff.child().traceId(),
          handoff.child().startNanos(),
          handoff.confidence(),
          handoff.state().name(),
          decision.supersededBy,
          HandoffLines.text(handoff));
    }
    batch.execute();
  }

  /** Marks handoffs as replaced; returns the traces at their ends. */
  private static Set<String> replace(Handle handle, Map<String, String> replacements) {
    RowBatch batch = new RowBatch(handle, "UPDATE handoffs SET superseded_by = ? WHERE id = ?");
    replacements.forEach((id, by) -> batch.add(by, id));
    batch.execute();
    Set<String> ends = new LinkedHashSet<>();
    ENDS.forEach(
        handle,
        replacements.keySet(),
        row -> ends.addAll(List.of(row.getString(1), row.getString(2))));
    return ends;
  }

  /** A handoff of this batch and what replaced it within the batch. */
  private record Decision(Handoff handoff, @Nullable String supersededBy) {}
}
