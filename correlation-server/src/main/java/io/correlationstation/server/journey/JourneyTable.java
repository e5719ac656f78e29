// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.Collection;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Statements that change journeys and what finds them. */
final class JourneyTable {

  private static final ListQuery OF_IDS =
      new ListQuery("SELECT * FROM journeys WHERE id IN (<values>)");

  private JourneyTable() {}

  static Map<Long, JourneyRow> load(Handle handle, Collection<Long> ids) {
    return OF_IDS.byKey(handle, ids, JourneyRow::id, JourneyRow::read);
  }

  /** Puts the new rows in place of the old ones. */
  static void replace(Handle handle, Map<Long, JourneyRow> old, Map<Long, JourneyRow> fresh) {
    RowBatch saved =
        new RowBatch(
            handle,
            """
            INSERT INTO journeys (id, trace_id, start_nanos, end_nanos, received_nanos, failed,
              rootless, defect_code, circuits)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET start_nanos = excluded.start_nanos,
              end_nanos = excluded.end_nanos, received_nanos = excluded.received_nanos,
              failed = excluded.failed, rootless = excluded.rootless,
              defect_code = excluded.defect_code, circuits = excluded.circuits
            """);
    RowBatch found =
        new RowBatch(
            handle,
            "INSERT INTO journey_circuits (circuit_id, start_nanos, journey) VALUES (?, ?, ?)"
                + " ON CONFLICT DO NOTHING");
    RowBatch gone = new RowBatch(handle, "DELETE FROM journeys WHERE id = ?");
    RowBatch lost =
        new RowBatch(
            handle,
            "DELETE FROM journey_circuits WHERE circuit_id = ? AND start_nanos = ? AND journey = ?");
    for (JourneyRow row : old.values()) {
      JourneyRow next = fresh.get(row.id());
      if (next == null) {
        gone.add(row.id());
      }
      for (String circuit : row.circuits()) {
        if (!finds(next, circuit, row.startNanos())) {
          lost.add(circuit, row.startNanos(), row.id());
        }
      }
    }
    for (JourneyRow row : fresh.values()) {
      JourneyRow before = old.get(row.id());
      if (!row.equals(before)) {
        add(saved, row);
      }
      for (String circuit : row.circuits()) {
        if (!finds(before, circuit, row.startNanos())) {
          found.add(circuit, row.startNanos(), row.id());
        }
      }
    }
    gone.execute();
    lost.execute();
    saved.execute();
    found.execute();
  }

  private static boolean finds(@Nullable JourneyRow row, String circuit, long startNanos) {
    return row != null && row.startNanos() == startNanos && row.circuits().contains(circuit);
  }

  private static void add(RowBatch batch, JourneyRow row) {
    batch.add(
        row.id(),
        row.traceId(),
        row.startNanos(),
        row.endNanos(),
        row.receivedNanos(),
        row.failed() ? 1 : 0,
        row.rootless() ? 1 : 0,
        row.defectCode(),
        JsonColumn.ofList(row.circuits()));
  }
}
