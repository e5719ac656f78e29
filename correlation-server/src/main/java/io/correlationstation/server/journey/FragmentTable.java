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
        work_failed, defect_code, defect_nanos)
      VALUES (:trace_id, :own, :journey, :start, :end, :received, :span_start, :span_end,
        :log_start, :log_end, :spans, :errors, :root_span_id, :root_parent_id, :root_name,
        :root_service, :root_kind, :root_start, :root_failed, :work_failed, :defect_code, :defect_nanos)
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
        defect_nanos = excluded.defect_nanos
      """;

  private static final String UPSERT_KEY =
      """
      INSERT INTO fragment_keys (trace_id, key_name, key_value, first_nanos)
      VALUES (:trace_id, :name, :value, :first)
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
    PreparedBatch batch = handle.prepareBatch(UPSERT);
    PreparedBatch spanIds =
        handle.prepareBatch(
            """
            INSERT INTO fragment_spans (trace_id, span_ids) VALUES (:trace_id, :ids)
            ON CONFLICT (trace_id) DO UPDATE SET span_ids = excluded.span_ids
            """);
    for (FragmentRow row : rows) {
      bind(batch, row).add();
      if (row.spanIdsChanged) {
        spanIds.bind("trace_id", row.traceId).bind("ids", row.packedSpanIds()).add();
      }
    }
    execute(batch);
    execute(spanIds);
  }

  static void saveNews(Handle handle, Collection<FragmentNews> news) {
    PreparedBatch services =
        handle.prepareBatch(
            """
            INSERT INTO fragment_services (trace_id, service) VALUES (:trace_id, :service)
            ON CONFLICT DO NOTHING
            """);
    PreparedBatch keys = handle.prepareBatch(UPSERT_KEY);
    for (FragmentNews fragment : news) {
      for (String service : fragment.services) {
        services.bind("trace_id", fragment.traceId).bind("service", service).add();
      }
      fragment.keys.forEach(
          (name, values) ->
              values.forEach(
                  (value, first) ->
                      keys.bind("trace_id", fragment.traceId)
                          .bind("name", name)
                          .bind("value", value)
                          .bind("first", first)
                          .add()));
    }
    execute(services);
    execute(keys);
  }

  static void saveFrames(Handle handle, Map<String, Set<Long>> frames) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO trace_frames (trace_id, sequence) VALUES (:trace_id, :sequence)
            ON CONFLICT DO NOTHING
            """);
    frames.forEach(
        (traceId, sequences) ->
            sequences.forEach(
                sequence -> batch.bind("trace_id", traceId).bind("sequence", sequence).add()));
    execute(batch);
  }

  static void execute(PreparedBatch batch) {
    if (batch.size() > 0) {
      batch.execute();
    }
    batch.close();
  }

  private static PreparedBatch bind(PreparedBatch batch, FragmentRow row) {
    FoundSpan root = row.root;
    return batch
        .bind("trace_id", row.traceId)
        .bind("own", JourneyIds.journey(row.traceId))
        .bind("journey", row.journeyId)
        .bind("start", row.startNanos())
        .bind("end", row.endNanos())
        .bind("received", row.receivedNanos)
        .bind("span_start", row.spanStart)
        .bind("span_end", row.spanEnd)
        .bind("log_start", row.logStart)
        .bind("log_end", row.logEnd)
        .bind("spans", row.spanCount)
        .bind("errors", row.errorCount)
        .bind("root_span_id", root == null ? null : FragmentRow.hex(root.spanId()))
        .bind("root_parent_id", root == null ? null : FragmentRow.hex(root.parentId()))
        .bind("root_name", root == null ? null : root.name())
        .bind("root_service", root == null ? null : root.service())
        .bind("root_kind", root == null ? null : Integer.valueOf(root.kind()))
        .bind("root_start", root == null ? null : Long.valueOf(root.startNanos()))
        .bind("root_failed", root == null ? null : Integer.valueOf(root.failed() ? 1 : 0))
        .bind("work_failed", row.workFailed ? 1 : 0)
        .bind("defect_code", row.defectCode)
        .bind("defect_nanos", row.defectNanos);
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
    row.defectCode = result.getString("defect_code");
    row.defectNanos = nullable(result, "defect_nanos");
    return row;
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
