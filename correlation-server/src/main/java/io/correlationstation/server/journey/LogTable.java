// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Findings.FoundLog;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Statements that change log records and what finds those without a trace. */
final class LogTable {

  private LogTable() {}

  static void save(Handle handle, List<FoundLog> logs) {
    RowBatch lines =
        new RowBatch(
            handle,
            """
            INSERT INTO logs (id, trace_id, span_id, time_nanos, severity_number, severity_text,
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
      add(lines, log);
      if (line.traceId() == null) {
        log.keys().forEach((name, value) -> keys.add(name, value, line.timeNanos(), line.id()));
      }
    }
    lines.execute();
    keys.execute();
  }

  private static void add(RowBatch batch, FoundLog log) {
    LogLine line = log.line();
    batch.add(
        line.id(),
        line.traceId(),
        line.spanId(),
        line.timeNanos(),
        line.severityNumber(),
        line.severityText(),
        line.service(),
        line.body(),
        line.eventName(),
        line.event() ? 1 : 0,
        JsonColumn.write(line.attributes()),
        JsonColumn.write(log.keys()),
        log.receivedNanos());
  }

  /** Forgets those records and what finds them. */
  static void delete(Handle handle, List<String> ids) {
    RowBatch keys =
        new RowBatch(
            handle,
            "DELETE FROM log_keys"
                + " WHERE key_name = ? AND key_value = ? AND time_nanos = ? AND log_id = ?");
    for (List<String> chunk : Chunks.of(ids)) {
      handle
          .createQuery(
              "SELECT id, time_nanos, key_values FROM logs WHERE id IN (<ids>) AND trace_id IS NULL")
          .bindList("ids", chunk)
          .map(
              (result, context) ->
                  new Loose(
                      result.getString(1),
                      result.getLong(2),
                      JsonColumn.texts(result.getString(3))))
          .forEach(
              log ->
                  log.keys.forEach((name, value) -> keys.add(name, value, log.timeNanos, log.id)));
      handle.createUpdate("DELETE FROM logs WHERE id IN (<ids>)").bindList("ids", chunk).execute();
    }
    keys.execute();
  }

  private record Loose(String id, long timeNanos, Map<String, String> keys) {}
}
