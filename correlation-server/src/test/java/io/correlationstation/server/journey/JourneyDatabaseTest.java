// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JourneyDatabaseTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String GONE = "1af7651916cd43dd8448eb211c80319c";

  @TempDir Path directory;

  @Test
  void open_storeOfFirstVersion_keepsRecordsWithTheirFragment() {
    String url = "jdbc:sqlite:" + directory.resolve("journeys.db");
    firstVersion(url);

    try (JourneyDatabase database = JourneyDatabase.open(url)) {
      List<LogLine> lines =
          database
              .jdbi()
              .withHandle(handle -> FragmentQueries.logs(handle, List.of(TRACE, GONE), 10));
      List<Long> fragments =
          database
              .jdbi()
              .withHandle(
                  handle ->
                      handle
                          .createQuery("SELECT fragment FROM logs ORDER BY id")
                          .mapTo(Long.class)
                          .list());

      assertThat(lines).extracting(LogLine::id).containsExactly("a");
      assertThat(lines).extracting(LogLine::traceId).containsExactly(TRACE);
      assertThat(fragments).containsExactly(7L, LogTable.NO_FRAGMENT);
    }
  }

  private static void firstVersion(String url) {
    Flyway.configure()
        .dataSource(url, null, null)
        .locations("classpath:io/correlationstation/server/journey/schema")
        .placeholders(Map.of("bytes", "BLOB", "number", "INTEGER", "by_key", "WITHOUT ROWID"))
        .target("1")
        .load()
        .migrate();
    Jdbi.create(url)
        .useHandle(
            handle -> {
              handle.execute(
                  """
                  INSERT INTO fragments (id, trace_id, journey, start_nanos, end_nanos,
                    received_nanos, span_count, error_count, work_failed, defect_consequence,
                    services, key_values, frames, span_ids)
                  VALUES (7, ?, 7, 1, 1, 1, 0, 0, 0, 0, '[]', '{}', x'', x'')
                  """,
                  TRACE);
              for (String[] record :
                  new String[][] {{"a", TRACE}, {"b", ""}, {"c, of a trace that is gone", GONE}}) {
                handle.execute(
                    """
                    INSERT INTO logs (id, trace_id, time_nanos, severity_number, severity_text,
                      service, body, event_name, is_event, attributes, key_values, received_nanos)
                    VALUES (?, ?, 1, 9, 'INFO', 'arda', 'done', '', 0, '{}', '{}', 1)
                    """,
                    record[0],
                    record[1]);
              }
            });
  }
}
