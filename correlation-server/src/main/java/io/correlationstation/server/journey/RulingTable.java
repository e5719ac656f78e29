// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.Ruling;
import io.correlationstation.server.stitch.live.HandoffLine;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * What persons ruled. The stitcher carries rulings out; the store keeps their history and lets no
 * decision in that contradicts the latest one.
 */
final class RulingTable {

  private static final ListQuery IN_ORDER =
      new ListQuery(
          """
          SELECT handoff_id, confirmed FROM rulings WHERE handoff_id IN (<values>)
          ORDER BY time_nanos
          """);

  private RulingTable() {}

  /** Keeps the rulings; returns the traces that a retracted alias may have led to a circuit. */
  static Set<String> save(Handle handle, Collection<Ruling> rulings) {
    Set<String> traces = new LinkedHashSet<>();
    RowBatch history =
        new RowBatch(
            handle,
            """
            INSERT INTO rulings (handoff_id, time_nanos, confirmed, reason, author)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """);
    for (Ruling ruling : rulings) {
      if (ruling instanceof Ruling.OnHandoff onHandoff) {
        history.add(
            onHandoff.handoff().id(),
            onHandoff.timeNanos(),
            onHandoff.confirmed() ? 1 : 0,
            onHandoff.reason(),
            onHandoff.author());
      } else if (ruling instanceof Ruling.OnAlias onAlias) {
        traces.addAll(AliasTable.retract(handle, onAlias));
      }
    }
    history.execute();
    return traces;
  }

  /** The latest word on each of those handoffs: whether it was confirmed. */
  static Map<String, Boolean> standing(Handle handle, Collection<String> handoffIds) {
    Map<String, Boolean> standing = new HashMap<>();
    IN_ORDER.forEach(handle, handoffIds, row -> standing.put(row.getString(1), row.getInt(2) != 0));
    return standing;
  }

  /** Whether a decision may be kept, given the latest word on its handoff. */
  static boolean allows(Map<String, Boolean> standing, HandoffLine handoff) {
    Boolean confirmed = standing.get(handoff.id());
    return confirmed == null || confirmed == (handoff.state() == Handoff.State.LINKED);
  }

  /** Every word on a handoff, the latest last. */
  static List<VerdictEntry> history(Handle handle, String handoffId) {
    return handle
        .createQuery(
            """
            SELECT time_nanos, confirmed, reason, author FROM rulings WHERE handoff_id = :id
            ORDER BY time_nanos
            """)
        .bind("id", handoffId)
        .map(
            (result, context) ->
                new VerdictEntry(
                    result.getInt("confirmed") != 0,
                    result.getString("reason"),
                    result.getString("author"),
                    result.getLong("time_nanos")))
        .list();
  }
}
