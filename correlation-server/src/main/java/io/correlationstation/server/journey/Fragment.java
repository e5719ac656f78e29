// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one trace: its spans as one causal piece, summed up.
 *
 * @param journeyId the journey it belongs to at the moment
 * @param services sorted; those of its spans, or of its logs when it has no span
 * @param root the span without parent, else the earliest one; null when only logs are known
 * @param startNanos of its spans, or of its logs when it has no span; nanoseconds since the epoch
 * @param receivedNanos when its newest span or log was received
 * @param defectCode of the span that failed first, or null
 * @param keys correlation key → its values, first seen first
 */
public record Fragment(
    String traceId,
    String journeyId,
    List<String> services,
    @Nullable RootSpan root,
    long startNanos,
    long endNanos,
    long receivedNanos,
    int spanCount,
    int errorCount,
    int logCount,
    @Nullable String defectCode,
    Map<String, List<String>> keys) {

  /**
   * The span a fragment hangs on.
   *
   * @param parentSpanId null for a true root; else the parent never arrived
   * @param kind number of the OTLP enum
   * @param failed whether its status is ERROR
   */
  public record RootSpan(
      String spanId,
      @Nullable String parentSpanId,
      String name,
      String service,
      int kind,
      boolean failed) {}

  /** The value of a key that was seen first, or null. */
  public @Nullable String key(String name) {
    List<String> values = keys.get(name);
    return values == null || values.isEmpty() ? null : values.get(0);
  }

  /** The id of the correlation record that stands for this fragment. */
  public String correlationId() {
    return JourneyIds.correlation(traceId);
  }
}
