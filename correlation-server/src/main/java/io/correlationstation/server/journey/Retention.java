// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static java.util.stream.Collectors.toSet;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Forgets what is too old or too much: whole journeys by the time of their last record, then the
 * oldest fragments and logs beyond the bounds, a part per transaction.
 */
final class Retention {

  private static final Duration PERIOD = Duration.ofSeconds(30);
  private static final Duration ALIAS_PERIOD = Duration.ofHours(1);
  private static final int MAX_ROWS_AT_ONCE = 2_000;

  private final Jdbi jdbi;
  private final JourneyConfig config;
  private final JourneyMetrics metrics;
  private final Clock clock;
  private final LongSupplier oldestFrame;
  private final Runnable whenForgotten;
  private long nextRunMillis;
  private long nextAliasesMillis;

  /**
   * @param oldestFrame sequence number of the oldest frame that the journal still has
   * @param whenForgotten called when rows are gone or may be
   */
  Retention(
      Jdbi jdbi,
      JourneyConfig config,
      JourneyMetrics metrics,
      Clock clock,
      LongSupplier oldestFrame,
      Runnable whenForgotten) {
    this.jdbi = jdbi;
    this.config = config;
    this.metrics = metrics;
    this.clock = clock;
    this.oldestFrame = oldestFrame;
    this.whenForgotten = whenForgotten;
  }

  void runIfDue() {
    long now = clock.millis();
    if (now >= nextRunMillis) {
      boolean more = run();
      nextRunMillis = more ? now : now + PERIOD.toMillis();
    }
  }

  /** Forgets one part; returns whether there is more to forget. */
  boolean run() {
    long oldest = JourneyQueries.nanos(clock.instant().minus(config.retention()));
    int forgotten = -1;
    try {
      forgotten =
          jdbi.inTransaction(
              handle -> {
                int rows = forgetFragments(handle, expired(handle, oldest));
                rows += forgetFragments(handle, beyondBound(handle));
                rows += forgetLogs(handle, oldest);
                rows += forgetAliasesIfDue(handle, oldest);
                UnlistedTraces.forgetBefore(handle, oldestFrame.getAsLong());
                return rows;
              });
    } finally {
      if (forgotten != 0) {
        whenForgotten.run(); // a commit that failed may have been carried out
      }
    }
    metrics.forgotten(forgotten);
    return forgotten >= MAX_ROWS_AT_ONCE;
  }

  private static List<String> expired(Handle handle, long oldest) {
    return handle
        .createQuery(
            """
            SELECT f.trace_id FROM fragments f JOIN journeys j ON j.id = f.journey
            WHERE j.received_nanos < :oldest LIMIT :limit
            """)
        .bind("oldest", oldest)
        .bind("limit", MAX_ROWS_AT_ONCE)
        .mapTo(String.class)
        .list();
  }

  private List<String> beyondBound(Handle handle) {
    int surplus = count(handle, "fragments") - config.maxFragments();
    return surplus <= 0
        ? List.of()
        : handle
            .createQuery("SELECT trace_id FROM fragments ORDER BY id LIMIT :limit")
            .bind("limit", Math.min(surplus, MAX_ROWS_AT_ONCE))
            .mapTo(String.class)
            .list();
  }

  private static int forgetFragments(Handle handle, List<String> traceIds) {
    for (List<String> chunk : Chunks.of(traceIds)) {
      Collection<FragmentRow> rows = FragmentTable.loadSummaries(handle, chunk).values();
      FragmentTable.delete(handle, rows);
      handle
          .createUpdate("DELETE FROM logs WHERE fragment IN (<ids>)")
          .bindList("ids", rows.stream().map(row -> row.id).toList())
          .execute();
      handle
          .createUpdate(
              """
              DELETE FROM rulings WHERE handoff_id IN
                (SELECT id FROM handoffs WHERE child_trace_id IN (<ids>))
              """)
          .bindList("ids", chunk)
          .execute();
      handle
          .createUpdate("DELETE FROM handoffs WHERE child_trace_id IN (<ids>)")
          .bindList("ids", chunk)
          .execute();
      forgetEmptyJourneys(handle, rows.stream().map(row -> row.journey).collect(toSet()));
    }
    return traceIds.size();
  }

  private static void forgetEmptyJourneys(Handle handle, Set<Long> journeys) {
    Map<Long, JourneyRow> empty = JourneyTable.load(handle, journeys);
    for (List<Long> chunk : Chunks.of(journeys)) {
      handle
          .createQuery("SELECT DISTINCT journey FROM fragments WHERE journey IN (<ids>)")
          .bindList("ids", chunk)
          .mapTo(Long.class)
          .forEach(empty::remove);
    }
    JourneyTable.replace(handle, empty, Map.of());
  }

  private int forgetLogs(Handle handle, long oldest) {
    int surplus = count(handle, "logs") - config.maxLogs();
    List<LogTable.Stored> logs = LogTable.oldest(handle, oldest, MAX_ROWS_AT_ONCE);
    if (logs.isEmpty() && surplus > 0) {
      logs = LogTable.oldest(handle, Long.MAX_VALUE, Math.min(surplus, MAX_ROWS_AT_ONCE));
    }
    LogTable.delete(handle, logs);
    return logs.size();
  }

  /** Looks through all of them: an index on what changes at every sight would cost far more. */
  private int forgetAliasesIfDue(Handle handle, long oldest) {
    long now = clock.millis();
    if (now < nextAliasesMillis) {
      return 0;
    }
    nextAliasesMillis = now + ALIAS_PERIOD.toMillis();
    return handle
        .createUpdate("DELETE FROM aliases WHERE last_nanos < :oldest AND retracted = 0")
        .bind("oldest", oldest)
        .execute();
  }

  private static int count(Handle handle, String table) {
    return handle
        .createQuery("SELECT COUNT(*) FROM <table>")
        .define("table", table)
        .mapTo(Integer.class)
        .one();
  }
}
