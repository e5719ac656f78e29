// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

import io.opentelemetry.proto.logs.v1.SeverityNumber;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A log line as it was understood, secrets masked.
 *
 * @param time null when the line has none
 * @param service that wrote it
 * @param traceId 32 digits; null when the line names no trace
 * @param attributes fields of the line by their own names, in its order
 */
public record LogLine(
    Shape shape,
    @Nullable Instant time,
    Level level,
    String service,
    @Nullable String traceId,
    String body,
    Map<String, String> attributes) {

  /** The kinds of line that the orchestrator writes. */
  public enum Shape {
    PLAN,
    SPLUNK,
    SYSLOG_COPY,
    PLATFORM,
    RA,
    KEY_VALUE,
    TEXT
  }

  /** Severities, each the first of its OpenTelemetry range. */
  public enum Level {
    TRACE(SeverityNumber.SEVERITY_NUMBER_TRACE),
    DEBUG(SeverityNumber.SEVERITY_NUMBER_DEBUG),
    INFO(SeverityNumber.SEVERITY_NUMBER_INFO),
    WARN(SeverityNumber.SEVERITY_NUMBER_WARN),
    ERROR(SeverityNumber.SEVERITY_NUMBER_ERROR),
    FATAL(SeverityNumber.SEVERITY_NUMBER_FATAL);

    private final SeverityNumber number;

    Level(SeverityNumber number) {
      this.number = number;
    }

    public SeverityNumber number() {
      return number;
    }

    /** By the name that Python and others use; INFO for anything else. */
    static Level named(@Nullable String name) {
      if (name == null) {
        return INFO;
      }
      return switch (name.toUpperCase(Locale.ROOT)) {
        case "TRACE" -> TRACE;
        case "DEBUG" -> DEBUG;
        case "WARN", "WARNING" -> WARN;
        case "ERROR", "ERR" -> ERROR;
        case "CRITICAL", "FATAL", "CRIT" -> FATAL;
        default -> INFO;
      };
    }

    /** By syslog priority, {@code 0} to {@code 7}. */
    static Level ofPriority(@Nullable String priority) {
      if (priority == null) {
        return INFO;
      }
      return switch (priority) {
        case "0", "1", "2" -> FATAL;
        case "3" -> ERROR;
        case "4" -> WARN;
        case "7" -> DEBUG;
        default -> INFO;
      };
    }
  }

  public LogLine {
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }
}
