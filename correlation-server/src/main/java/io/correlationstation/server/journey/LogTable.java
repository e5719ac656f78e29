// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static java.util.Objects.requireNonNull;

import io.correlationstation.server.journey.Findings.FoundLog;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Statements that change log records and what finds those without a trace. */
final class LogTable {

  /** In place of a fragment's number for a record that has no trace id. */
  static final long NO_FRAGMENT = 0;

  private LogTable() {}

  /**
   * @param fragments those of all records with a trace id
   */
  static void save(Handle handle, List<FoundLog> logs, Map<String, FragmentRow> fragments) {
    RowBatch lines =
        new RowBatch(
            handle,
            """
            INSERT INTO logs (id, fragment, span_id, time_nanos, severity_number, severity_text,
              service, body, event_name, is_event, attributes, key_values, received_nanos)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """);
    RowBatch keys =
        new RowBatch(
            handle,
            """
            INSERT INTO log_keys (key_name, key_value, time_nanos, log_id) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """);
    for (FoundLog log : logs) {
      LogLine line = log.line();
      if (line.traceId() != null) {
        FragmentRow fragment = requireNonNull(fragments.get(line.traceId()), "no fragment");
        add(lines, log, fragment.id, Map.of());
      } else {
        add(lines, log, NO_FRAGMENT, log.keys());
        log.keys().forEach((name, value) -> keys.add(name, value, line.timeNanos(), line.id()));
      }
    }
    lines.execute();
    keys.execute();
  }

  /**
   * @param keys empty for a record of a fragment, which has them
   */
  private static void add(RowBatch batch, FoundLog log, long fragment, Map<String, String> keys) {
    LogLine line = log.line();
    batch.add(
        line.id(),
        fragment,
        line.spanId(),
        line.timeNanos(),
        line.severityNumber(),
        line.severityText(),
        line.service(),
        line.body(),
        line.eventName(),
        line.event() ? 1 : 0,
        JsonColumn.ofTexts(line.attributes()),
        JsonColumn.ofTexts(keys),
        log.receivedNanos());
  }

  /** The records that were received first, at most so many. */
  static List<Stored> oldest(Handle handle, long beforeNanos, int limit) {
    return handle
        .createQuery(
            """
            SELECT fragment, time_nanos, id, key_values FROM logs WHERE received_nanos < :before
            ORDER BY received_nanos LIMIT :limit
            """)
        .bind("before", beforeNanos)
        .bind("limit", limit)
        .map(
            (result, context) ->
                new Stored(
                    result.getLong(1),
                    result.getLong(2),
                    result.getString(3),
                    JsonColumn.texts(result.getString(4))))
        .list();
  }

  /** Forgets those records and what finds them. */
  static void delete(Handle handle, List<Stored> logs) {
    RowBatch lines =
        new RowBatch(handle, "DELETE FROM logs WHERE fragment = ? AND time_nanos = ? AND id = ?");
    RowBatch keys =
        new RowBatch(
            handle,
            "DELETE FROM log_keys"
                + " WHERE key_name = ? AND key_value = ? AND time_nanos = ? AND log_id = ?");
    for (Stored log : logs) {
      lines.add(log.fragment, log.timeNanos, log.id);
      if (log.fragment == NO_FRAGMENT) {
        log.keys.forEach((name, value) -> keys.add(name, value, log.timeNanos, log.id));
      }
    }
    lines.execute();
    keys.execute();
  }

  /** What names a record in the store, and its keys. */
  record Stored(long fragment, long timeNanos, String id, Map<String, String> keys) {}
}
