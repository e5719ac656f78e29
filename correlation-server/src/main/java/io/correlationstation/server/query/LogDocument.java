// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.correlationstation.server.journey.LogJoin;
import io.correlationstation.server.journey.LogLine;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A log record or event, and how it was joined to a journey when it has no trace id. */
@JsonNaming(SnakeCaseStrategy.class)
record LogDocument(
    String id,
    String timestamp,
    String severity,
    int severityNumber,
    String service,
    String message,
    @Nullable String eventName,
    @Nullable String traceId,
    @Nullable String spanId,
    Map<String, String> attributes,
    @Nullable String joinedBy,
    @Nullable Double joinConfidence) {

  private static final List<String> SEVERITIES =
      List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");
  private static final int SEVERITIES_PER_NAME = 4;

  static LogDocument of(LogLine log) {
    LogJoin join = log.join();
    return new LogDocument(
        log.id(),
        Times.format(log.timeNanos()),
        severity(log),
        log.severityNumber(),
        log.service(),
        log.body(),
        log.eventName().isEmpty() ? null : log.eventName(),
        log.traceId(),
        log.spanId(),
        log.attributes(),
        join == null ? null : join.by(),
        join == null ? null : join.confidence());
  }

  private static String severity(LogLine log) {
    if (!log.severityText().isEmpty() || log.severityNumber() < 1) {
      return log.severityText();
    }
    int index = (log.severityNumber() - 1) / SEVERITIES_PER_NAME;
    return SEVERITIES.get(Math.min(index, SEVERITIES.size() - 1));
  }
}
