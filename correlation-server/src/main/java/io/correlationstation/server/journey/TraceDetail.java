// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One trace with its spans, read again from the journal.
 *
 * @param spans in order of their start
 * @param complete false when the journal no longer keeps some of its frames
 */
public record TraceDetail(
    String traceId,
    @Nullable Fragment fragment,
    List<Span> spans,
    List<Link> links,
    List<LogLine> logs,
    boolean complete) {

  /**
   * A span as it was sent.
   *
   * @param kind number of the OTLP enum
   * @param status number of the OTLP enum
   * @param attributes values as Java's: text, numbers, booleans, lists, maps
   * @param synthetic made by the stitcher
   */
  public record Span(
      String traceId,
      String spanId,
      @Nullable String parentSpanId,
      String name,
      int kind,
      String service,
      long startNanos,
      long endNanos,
      int status,
      String statusMessage,
      Map<String, @Nullable Object> attributes,
      List<Event> events,
      List<SpanLink> links,
      boolean synthetic) {}

  /** Something that happened during a span. */
  public record Event(long timeNanos, String name, Map<String, @Nullable Object> attributes) {}

  /** A reference of a span to another one. */
  public record SpanLink(String traceId, String spanId, Map<String, @Nullable Object> attributes) {}
}
