// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One log record that belongs to a trace or carries a correlation key.
 *
 * @param id a pure function of the record's content
 * @param timeNanos nanoseconds since the epoch
 * @param severityNumber 1 to 24, or 0 when unset
 * @param body at most {@value #MAX_BODY_CHARS} characters
 * @param eventName empty for an ordinary record
 * @param event whether it tells an event of the orchestrator or of the library
 * @param join why it belongs where it is shown; null when its trace id says so, or when it is shown
 *     by itself
 */
public record LogLine(
    String id,
    @Nullable String traceId,
    @Nullable String spanId,
    long timeNanos,
    int severityNumber,
    String severityText,
    String service,
    String body,
    String eventName,
    boolean event,
    Map<String, String> attributes,
    @Nullable LogJoin join) {

  static final int MAX_BODY_CHARS = 16_384;

  LogLine joined(LogJoin why) {
    return new LogLine(
        id,
        traceId,
        spanId,
        timeNanos,
        severityNumber,
        severityText,
        service,
        body,
        eventName,
        event,
        attributes,
        why);
  }
}
