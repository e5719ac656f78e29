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
    Map<String, String> attributes) {

  static final int MAX_BODY_CHARS = 16_384;
}
