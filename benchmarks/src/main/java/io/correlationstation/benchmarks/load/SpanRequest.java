// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import static io.correlationstation.benchmarks.load.Template.mark;
import static io.correlationstation.benchmarks.load.Traffic.SERVICES;
import static io.correlationstation.benchmarks.load.Traffic.number;
import static io.correlationstation.benchmarks.load.Traffic.text;

import io.correlationstation.benchmarks.load.Template.Kind;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.List;

/**
 * The template of a request of 512 spans of about 500 bytes with ten attributes each, as {@link
 * Traffic} says.
 */
final class SpanRequest {

  private static final InstrumentationScope SCOPE =
      InstrumentationScope.newBuilder()
          .setName("io.opentelemetry.jetty-12.0")
          .setVersion("2.33.1-alpha")
          .build();

  private SpanRequest() {}

  /**
   * @param keyedTraces how many of the traces belong to orders
   */
  static byte[] encode(int keyedTraces) {
    List<List<Span>> spans =
        Traffic.byService((slot, index) -> span(slot, index, slot < keyedTraces));
    ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
    for (int service = 0; service < SERVICES.size(); service++) {
      request.addResourceSpans(
          ResourceSpans.newBuilder()
              .setResource(Traffic.resource(service))
              .addScopeSpans(
                  ScopeSpans.newBuilder().setScope(SCOPE).addAllSpans(spans.get(service)))
              .setSchemaUrl("https://opentelemetry.io/schemas/1.37.0"));
    }
    return request.build().toByteArray();
  }

  private static Span span(int slot, int index, boolean keyed) {
    boolean server = index % 2 == 0;
    boolean failed = slot % 50 == 7 && index == 1;
    String service = SERVICES.get(Traffic.service(slot, index));
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(Traffic.traceId(slot, index))
            .setSpanId(Traffic.id(Kind.SPAN, slot, index))
            .setName(server ? "POST /orders/{id}/" + service : "POST")
            .setKindValue(server ? 2 : 3)
            .setStartTimeUnixNano(mark(Kind.START, slot, index))
            .setEndTimeUnixNano(mark(Kind.END, slot, index))
            .setFlags(0x101)
            .setStatus(Status.newBuilder().setCodeValue(failed ? 2 : 0))
            .addAllAttributes(attributes(slot, index, keyed));
    if (index > 0) {
      span.setParentSpanId(Traffic.id(Kind.PARENT, slot, index));
    }
    return span.build();
  }

  /** The service that the client span calls; a server span's is its own. The last calls itself. */
  private static String called(int slot, int index) {
    int service = Traffic.service(slot, index) + index % 2;
    return SERVICES.get(Math.min(service, SERVICES.size() - 1));
  }

  private static List<KeyValue> attributes(int slot, int index, boolean keyed) {
    List<KeyValue> attributes = new ArrayList<>();
    attributes.add(text("http.request.method", "POST"));
    attributes.add(number("http.response.status_code", 200));
    attributes.add(text("url.scheme", "https"));
    attributes.add(text("url.path", "/orders/" + (slot * 7919) + "/steps/" + index));
    attributes.add(text("server.address", called(slot, index) + ".example.com"));
    attributes.add(number("server.port", 8443));
    attributes.add(text("thread.name", "http-nio-8080-exec-" + slot));
    if (keyed) {
      attributes.addAll(Traffic.keys(slot, index));
    } else {
      attributes.add(text("http.route", "/orders/{id}/steps/{step}"));
      attributes.add(text("user_agent.original", "example-client/1.2.3 (linux)"));
      attributes.add(text("network.peer.address", "192.0.2." + slot));
    }
    return attributes;
  }
}
