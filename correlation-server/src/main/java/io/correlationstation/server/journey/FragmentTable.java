// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Findings.FoundSpan;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
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

  private static final int COLUMNS_OF_SUMMARY = 23;

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

  private static final String OF_TRACES = " FROM fragments WHERE trace_id IN (<values>)";
  private static final ListQuery WHOLE =
      new ListQuery("SELECT " + SUMMARY + ", frames, span_ids" + OF_TRACES);
  private static final ListQuery SUMMARIES = new ListQuery("SELECT " + SUMMARY + OF_TRACES);

  private static final int MAX_FOUND_BY_KEY = 1_000;
  private static final ListQuery TRACES_WITH_KEY =
      new ListQuery(
          """
          SELECT f.trace_id FROM fragment_keys k JOIN fragments f ON f.id = k.fragment
          WHERE k.key_name = ? AND k.key_value IN (<values>) LIMIT\s"""
              + MAX_FOUND_BY_KEY);

  private FragmentTable() {}

  /** The number of the newest fragment, or 0. */
  static long lastId(Handle handle) {
    return handle.createQuery("SELECT COALESCE(MAX(id), 0) FROM fragments").mapTo(Long.class).one();
  }

  /** The rows there are, by trace id, to be changed in every way. */
  static Map<String, FragmentRow> load(Handle handle, Collection<String> traceIds) {
    return WHOLE.byKey(
        handle,
        traceIds,
        row -> row.traceId,
        result -> {
          FragmentRow row = read(result);
          row.frames = Longs.unpack(result.getBytes(COLUMNS_OF_SUMMARY + 1));
          row.spanIds = Longs.unpack(result.getBytes(COLUMNS_OF_SUMMARY + 2));
          return row;
        });
  }

  /** The rows there are, by trace id, to be moved to another journey at most. */
  static Map<String, FragmentRow> loadSummaries(Handle handle, Collection<String> traceIds) {
    return SUMMARIES.byKey(handle, traceIds, row -> row.traceId, FragmentTable::read);
  }

  /** Stores what differs. */
  static void save(Handle handle, Collection<FragmentRow> rows) {
    RowBatch fragments = new RowBatch(handle, UPSERT);
    RowBatch found =
        new RowBatch(handle, "UPDATE fragments SET journey = ?, frames = ? WHERE id = ?");
    RowBatch moved = new RowBatch(handle, "UPDATE fragments SET journey = ? WHERE id = ?");
    RowBatch keys =
        new RowBatch(
            handle,
            "INSERT INTO fragment_keys (key_name, key_value, fragment) VALUES (?, ?, ?)"
                + " ON CONFLICT DO NOTHING");
    for (FragmentRow row : rows) {
      if (row.changed) {
        add(fragments, row);
      } else if (row.framesChanged) {
        found.add(row.journey, row.frames.pack(), row.id);
      } else if (row.journey != row.storedJourney) {
        moved.add(row.journey, row.id);
      }
      row.newKeys.forEach(key -> keys.add(key.getKey(), key.getValue(), row.id));
    }
    fragments.execute();
    found.execute();
    moved.execute();
    keys.execute();
  }

  /** Forgets fragments and what finds them. */
  static void delete(Handle handle, Collection<FragmentRow> rows) {
    RowBatch fragments = new RowBatch(handle, "DELETE FROM fragments WHERE id = ?");
    RowBatch keys =
        new RowBatch(
            handle,
            "DELETE FROM fragment_keys WHERE key_name = ? AND key_value = ? AND fragment = ?");
    for (FragmentRow row : rows) {
      fragments.add(row.id);
      row.keys.forEach((name, value, firstNanos) -> keys.add(name, value, row.id));
    }
    fragments.execute();
    keys.execute();
  }

  /** The traces of fragments with one of these values, a thousand for each 500 values at most. */
  static List<String> tracesWith(Handle handle, String key, Collection<String> values) {
    List<String> traces = new ArrayList<>();
    TRACES_WITH_KEY.forEach(handle, values, result -> traces.add(result.getString(1)), key);
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
        JsonColumn.ofList(row.services),
        JsonColumn.ofTimes(row.keys),
        row.frames.pack(),
        row.spanIds.pack());
  }

  /** In the order of the columns in {@link #SUMMARY}. */
  private static FragmentRow read(ResultSet result) throws SQLException {
    FragmentRow row =
        new FragmentRow(
            result.getLong(1),
            result.getString(2),
            KeyTimes.of(JsonColumn.times(result.getString(23))));
    row.journey = result.getLong(3);
    row.storedJourney = row.journey;
    row.receivedNanos = result.getLong(4);
    row.spanStart = nullable(result, 5);
    row.spanEnd = nullable(result, 6);
    row.logStart = nullable(result, 7);
    row.logEnd = nullable(result, 8);
    row.spanCount = result.getInt(9);
    row.errorCount = result.getInt(10);
    row.root = readRoot(result);
    row.workFailed = result.getInt(18) != 0;
    row.defect = readDefect(result);
    row.services.addAll(JsonColumn.list(result.getString(22)));
    return row;
  }

  private static @Nullable FoundSpan readRoot(ResultSet result) throws SQLException {
    String spanId = result.getString(11);
    if (spanId == null) {
      return null;
    }
    long start = result.getLong(16);
    return new FoundSpan(
        FragmentRow.number(spanId),
        FragmentRow.number(result.getString(12)),
        result.getInt(15),
        start,
        start,
        result.getInt(17) != 0,
        result.getString(13),
        result.getString(14),
        false,
        null);
  }

  private static @Nullable Defect readDefect(ResultSet result) throws SQLException {
    String code = result.getString(19);
    return code == null ? null : new Defect(code, result.getLong(20), result.getInt(21) != 0);
  }

  private static @Nullable Long nullable(ResultSet result, int column) throws SQLException {
    long value = result.getLong(column);
    return result.wasNull() ? null : Long.valueOf(value);
  }
}
