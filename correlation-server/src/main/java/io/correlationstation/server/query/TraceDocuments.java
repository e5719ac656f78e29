// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.correlationstation.server.journey.Fragment;
import io.correlationstation.server.journey.TraceDetail;
import io.correlationstation.server.query.HandoffDocuments.HandoffDocument;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Traces as the API shows them, with their spans. */
final class TraceDocuments {

  private static final List<String> KINDS =
      List.of("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER");
  private static final List<String> STATUSES = List.of("UNSET", "OK", "ERROR");

  private TraceDocuments() {}

  @JsonNaming(SnakeCaseStrategy.class)
  record TraceDocument(
      String traceId,
      @Nullable String journeyId,
      List<String> services,
      boolean complete,
      List<SpanDocument> spans,
      List<HandoffDocument> handoffs,
      List<LogDocument> logs) {

    static TraceDocument of(TraceDetail trace) {
      Fragment fragment = trace.fragment();
      TreeSet<String> services = new TreeSet<>();
      if (fragment != null) {
        services.addAll(fragment.services());
      }
      trace.spans().stream()
          .filter(span -> !span.synthetic())
          .forEach(span -> services.add(span.service()));
      return new TraceDocument(
          trace.traceId(),
          fragment == null ? null : fragment.journeyId(),
          List.copyOf(services),
          trace.complete(),
          Documents.list(trace.spans(), SpanDocument::of),
          Documents.list(trace.links(), HandoffDocument::of),
          Documents.list(trace.logs(), LogDocument::of));
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record SpanDocument(
      String traceId,
      String spanId,
      @Nullable String parentSpanId,
      String name,
      String kind,
      String service,
      String start,
      String end,
      String status,
      String statusMessage,
      Map<String, @Nullable Object> attributes,
      List<SpanEventDocument> events,
      List<SpanLinkDocument> links,
      boolean synthetic) {

    static SpanDocument of(TraceDetail.Span span) {
      return new SpanDocument(
          span.traceId(),
          span.spanId(),
          span.parentSpanId(),
          span.name(),
          kindName(span.kind()),
          span.service(),
          Times.format(span.startNanos()),
          Times.format(span.endNanos()),
          named(STATUSES, span.status()),
          span.statusMessage(),
          span.attributes(),
          Documents.list(
              span.events(),
              event ->
                  new SpanEventDocument(
                      Times.format(event.timeNanos()), event.name(), event.attributes())),
          Documents.list(
              span.links(),
              link -> new SpanLinkDocument(link.traceId(), link.spanId(), link.attributes())),
          span.synthetic());
    }
  }

  record SpanEventDocument(String time, String name, Map<String, @Nullable Object> attributes) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record SpanLinkDocument(
      String traceId, String spanId, Map<String, @Nullable Object> attributes) {}

  /** The name of a span's kind. */
  static String kindName(int number) {
    return named(KINDS, number);
  }

  /** Unknown numbers are shown as they are. */
  private static String named(List<String> names, int number) {
    return number >= 0 && number < names.size() ? names.get(number) : Integer.toString(number);
  }
}
