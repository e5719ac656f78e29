// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Findings.FoundSpan;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Statements that change fragments and what finds them. */
final class FragmentTable {

  private static final String SUMMARY =
      """
      id, trace_id, journey, received_nanos, span_start, span_end, log_start, log_end, span_count,
        error_count, root_span_id, root_parent_id, root_name, root_service, root_kind, root_start,
        root_failed, work_failed, defect_code, defect_nanos, defect_consequence, services, key_values\
      """;

  private static final String UPSERT =
      """
      INSERT INTO fragments (id, trace_id, journey, start_nanos, end_nanos, received_nanos,
        span_start, span_end, log_start, log_end, span_count, error_count, root_span_id,
        root_parent_id, root_name, root_service, root_kind, root_start, root_failed, work_failed,
        defect_code, defect_nanos, defect_consequence, services, key_values, frames, span_ids)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET journey = excluded.journey,
        start_nanos = excluded.start_nanos, end_nanos = excluded.end_nanos,
        received_nanos = excluded.received_nanos, span_start = excluded.span_start,
        span_end = excluded.span_end, log_start = excluded.log_start, log_end = excluded.log_end,
        span_count = excluded.span_count, error_count = excluded.error_count,
        root_span_id = excluded.root_span_id, root_parent_id = excluded.root_parent_id,
        root_name = excluded.root_name, root_service = excluded.root_service,
        root_kind = excluded.root_kind, root_start = excluded.root_start,
        root_failed = excluded.root_failed, work_failed = excluded.work_failed,
        defect_code = excluded.defect_code, defect_nanos = excluded.defect_nanos,
        defect_consequence = excluded.defect_consequence,
        services = excluded.services, key_values = excluded.key_values,
        frames = excluded.frames, span_ids = excluded.span_ids
      """;

  private FragmentTable() {}

  /** The number of the newest fragment, or 0. */
  static long lastId(Handle handle) {
    return handle.createQuery("SELECT COALESCE(MAX(id), 0) FROM fragments").mapTo(Long.class).one();
  }

  /** The rows there are, by trace id, to be changed in every way. */
  static Map<String, FragmentRow> load(Handle handle, Collection<String> traceIds) {
    return load(handle, SUMMARY + ", frames, span_ids", traceIds);
  }

  /** The rows there are, by trace id, to be moved to another journey at most. */
  static Map<String, FragmentRow> loadSummaries(Handle handle, Collection<String> traceIds) {
    return load(handle, SUMMARY, traceIds);
  }

  private static Map<String, FragmentRow> load(
      Handle handle, String columns, Collection<String> traceIds) {
    Map<String, FragmentRow> rows = new HashMap<>();
    boolean whole = !columns.equals(SUMMARY);
    for (var chunk : Chunks.of(traceIds)) {
      handle
          .createQuery("SELECT " + columns + " FROM fragments WHERE trace_id IN (<ids>)")
          .bindList("ids", chunk)
          .map((result, context) -> read(result, whole))
          .forEach(row -> rows.put(row.traceId, row));
    }
    return rows;
  }

  /** Stores what differs. */
  static void save(Handle handle, Collection<FragmentRow> rows) {
    RowBatch fragments = new RowBatch(handle, UPSERT);
    RowBatch moved = new RowBatch(handle, "UPDATE fragments SET journey = ? WHERE id = ?");
    RowBatch services =
        new RowBatch(
            handle,
            "INSERT INTO fragment_services (service, fragment) VALUES (?, ?)"
                + " ON CONFLICT DO NOTHING");
    RowBatch keys =
        new RowBatch(
            handle,
            "INSERT INTO fragment_keys (key_name, key_value, fragment) VALUES (?, ?, ?)"
                + " ON CONFLICT DO NOTHING");
    for (FragmentRow row : rows) {
      if (row.changed) {
        add(fragments, row);
      } else if (row.journey != row.storedJourney) {
        moved.add(row.journey, row.id);
      }
      row.newServices.forEach(service -> services.add(service, row.id));
      row.newKeys.forEach(key -> keys.add(key.getKey(), key.getValue(), row.id));
    }
    fragments.execute();
    moved.execute();
    services.execute();
    keys.execute();
  }

  /** Forgets fragments and what finds them. */
  static void delete(Handle handle, Collection<FragmentRow> rows) {
    RowBatch fragments = new RowBatch(handle, "DELETE FROM fragments WHERE id = ?");
    RowBatch services =
        new RowBatch(handle, "DELETE FROM fragment_services WHERE service = ? AND fragment = ?");
    RowBatch keys =
        new RowBatch(
            handle,
            "DELETE FROM fragment_keys WHERE key_name = ? AND key_value = ? AND fragment = ?");
    for (FragmentRow row : rows) {
      fragments.add(row.id);
      row.services.forEach(service -> services.add(service, row.id));
      row.keys.forEach(
          (name, values) -> values.keySet().forEach(value -> keys.add(name, value, row.id)));
    }
    fragments.execute();
    services.execute();
    keys.execute();
  }

  /** The traces of fragments with one of these values, at most {@code limit} for each 500. */
  static List<String> tracesWith(Handle handle, String key, Collection<String> values, int limit) {
    List<String> traces = new ArrayList<>();
    for (List<String> chunk : Chunks.of(values)) {
      handle
          .createQuery(
              """
              SELECT f.trace_id FROM fragment_keys k JOIN fragments f ON f.id = k.fragment
              WHERE k.key_name = :name AND k.key_value IN (<values>) LIMIT :limit
              """)
          .bind("name", key)
          .bindList("values", chunk)
          .bind("limit", limit)
          .mapTo(String.class)
          .forEach(traces::add);
    }
    return traces;
  }

  /** In the order of the columns in {@link #UPSERT}. */
  private static void add(RowBatch batch, FragmentRow row) {
    FoundSpan root = row.root;
    Defect defect = row.defect;
    batch.add(
        row.id,
        row.traceId,
        row.journey,
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
        defect != null && defect.consequence() ? 1 : 0,
        JsonColumn.write(row.services),
        JsonColumn.write(row.keys),
        FragmentRow.pack(row.frames),
        FragmentRow.pack(row.spanIds));
  }

  private static FragmentRow read(ResultSet result, boolean whole) throws SQLException {
    FragmentRow row = new FragmentRow(result.getLong("id"), result.getString("trace_id"));
    row.journey = result.getLong("journey");
    row.storedJourney = row.journey;
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
    row.services.addAll(JsonColumn.list(result.getString("services")));
    row.keys.putAll(JsonColumn.times(result.getString("key_values")));
    if (whole) {
      FragmentRow.unpack(result.getBytes("frames"), row.frames);
      FragmentRow.unpack(result.getBytes("span_ids"), row.spanIds);
    }
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
