// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Findings.FoundSpan;
import io.correlationstation.server.journey.Findings.FragmentNews;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** Statements over the fragments and what hangs on them. */
final class FragmentTable {

  private static final String UPSERT =
      """
      INSERT INTO fragments (trace_id, own_journey_id, journey_id, start_nanos, end_nanos,
        received_nanos, span_start, span_end, log_start, log_end, span_count, error_count,
        root_span_id, root_parent_id, root_name, root_service, root_kind, root_start, root_failed,
        work_failed, defect_code, defect_nanos, defect_consequence)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (trace_id) DO UPDATE SET start_nanos = excluded.start_nanos,
        end_nanos = excluded.end_nanos, received_nanos = excluded.received_nanos,
        span_start = excluded.span_start, span_end = excluded.span_end,
        log_start = excluded.log_start, log_end = excluded.log_end,
        span_count = excluded.span_count, error_count = excluded.error_count,
        root_span_id = excluded.root_span_id, root_parent_id = excluded.root_parent_id,
        root_name = excluded.root_name, root_service = excluded.root_service,
        root_kind = excluded.root_kind, root_start = excluded.root_start,
        root_failed = excluded.root_failed, work_failed = excluded.work_failed,
        defect_code = excluded.defect_code,
        defect_nanos = excluded.defect_nanos, defect_consequence = excluded.defect_consequence
      """;

  private static final String UPSERT_KEY =
      """
      INSERT INTO fragment_keys (trace_id, key_name, key_value, first_nanos)
      VALUES (?, ?, ?, ?)
      ON CONFLICT (trace_id, key_name, key_value) DO UPDATE SET first_nanos =
        CASE WHEN excluded.first_nanos < fragment_keys.first_nanos
          THEN excluded.first_nanos ELSE fragment_keys.first_nanos END
      """;

  private FragmentTable() {}

  /** The rows there are, by trace id; spans counted so far are loaded only when asked for. */
  static Map<String, FragmentRow> load(Handle handle, Collection<String> traceIds, boolean spans) {
    Map<String, FragmentRow> rows = new LinkedHashMap<>();
    for (var chunk : Chunks.of(traceIds)) {
      handle
          .createQuery("SELECT * FROM fragments WHERE trace_id IN (<ids>)")
          .bindList("ids", chunk)
          .map((result, context) -> read(result))
          .forEach(row -> rows.put(row.traceId, row));
      if (spans) {
        loadSpanIds(handle, chunk, rows);
      }
    }
    return rows;
  }

  private static void loadSpanIds(
      Handle handle, Collection<String> traceIds, Map<String, FragmentRow> rows) {
    handle
        .createQuery("SELECT trace_id, span_ids FROM fragment_spans WHERE trace_id IN (<ids>)")
        .bindList("ids", traceIds)
        .map((result, context) -> Map.entry(result.getString(1), result.getBytes(2)))
        .forEach(
            entry -> {
              FragmentRow row = rows.get(entry.getKey());
              if (row != null) {
                row.unpackSpanIds(entry.getValue());
              }
            });
  }

  static void save(Handle handle, Collection<FragmentRow> rows) {
    RowBatch fragments = new RowBatch(handle, UPSERT);
    RowBatch spanIds =
        new RowBatch(
            handle,
            """
            INSERT INTO fragment_spans (trace_id, span_ids) VALUES (?, ?)
            ON CONFLICT (trace_id) DO UPDATE SET span_ids = excluded.span_ids
            """);
    for (FragmentRow row : rows) {
      add(fragments, row);
      if (row.spanIdsChanged) {
        spanIds.add(row.traceId, row.packedSpanIds());
      }
    }
    fragments.execute();
    spanIds.execute();
  }

  static void saveNews(Handle handle, Collection<FragmentNews> news) {
    RowBatch services =
        new RowBatch(
            handle,
            """
            INSERT INTO fragment_services (trace_id, service) VALUES (?, ?)
            ON CONFLICT DO NOTHING
            """);
    RowBatch keys = new RowBatch(handle, UPSERT_KEY);
    for (FragmentNews fragment : news) {
      for (String service : fragment.services) {
        services.add(fragment.traceId, service);
      }
      fragment.keys.forEach(
          (name, values) ->
              values.forEach((value, first) -> keys.add(fragment.traceId, name, value, first)));
    }
    services.execute();
    keys.execute();
  }

  static void saveFrames(Handle handle, Map<String, Set<Long>> frames) {
    RowBatch batch =
        new RowBatch(
            handle,
            """
            INSERT INTO trace_frames (trace_id, sequence) VALUES (?, ?)
            ON CONFLICT DO NOTHING
            """);
    frames.forEach(
        (traceId, sequences) -> sequences.forEach(sequence -> batch.add(traceId, sequence)));
    batch.execute();
  }

  static void execute(PreparedBatch batch) {
    if (batch.size() > 0) {
      batch.execute();
    }
    batch.close();
  }

  /** In the order of the columns in {@link #UPSERT}. */
  private static void add(RowBatch batch, FragmentRow row) {
    FoundSpan root = row.root;
    Defect defect = row.defect;
    batch.add(
        row.traceId,
        JourneyIds.journey(row.traceId),
        row.journeyId,
        row.startNanos(),
        row.endNanos(),
        row.receivedNanos,
        row.spanStart,
        row.spanEnd,
        row.logStart,
        row.logEnd,
        row.spanCount,
        row.errorCount,
        root == null ? null : FragmentRow.hex(root.spanId()),
        root == null ? null : FragmentRow.hex(root.parentId()),
        root == null ? null : root.name(),
        root == null ? null : root.service(),
        root == null ? null : Integer.valueOf(root.kind()),
        root == null ? null : Long.valueOf(root.startNanos()),
        root == null ? null : Integer.valueOf(root.failed() ? 1 : 0),
        row.workFailed ? 1 : 0,
        defect == null ? null : defect.code(),
        defect == null ? null : Long.valueOf(defect.nanos()),
        defect != null && defect.consequence() ? 1 : 0);
  }

  private static FragmentRow read(ResultSet result) throws SQLException {
    FragmentRow row = new FragmentRow(result.getString("trace_id"));
    row.journeyId = result.getString("journey_id");
    row.receivedNanos = result.getLong("received_nanos");
    row.spanStart = nullable(result, "span_start");
    row.spanEnd = nullable(result, "span_end");
    row.logStart = nullable(result, "log_start");
    row.logEnd = nullable(result, "log_end");
    row.spanCount = result.getInt("span_count");
    row.errorCount = result.getInt("error_count");
    row.root = readRoot(result);
    row.workFailed = result.getInt("work_failed") != 0;
    row.defect = readDefect(result);
    return row;
  }

  private static @Nullable Defect readDefect(ResultSet result) throws SQLException {
    String code = result.getString("defect_code");
    return code == null
        ? null
        : new Defect(
            code, result.getLong("defect_nanos"), result.getInt("defect_consequence") != 0);
  }

  private static @Nullable FoundSpan readRoot(ResultSet result) throws SQLException {
    String spanId = result.getString("root_span_id");
    if (spanId == null) {
      return null;
    }
    long start = result.getLong("root_start");
    return new FoundSpan(
        FragmentRow.number(spanId),
        FragmentRow.number(result.getString("root_parent_id")),
        result.getInt("root_kind"),
        start,
        start,
        result.getInt("root_failed") != 0,
        result.getString("root_name"),
        result.getString("root_service"),
        false,
        null);
  }

  private static @Nullable Long nullable(ResultSet result, String column) throws SQLException {
    long value = result.getLong(column);
    return result.wasNull() ? null : Long.valueOf(value);
  }
}
