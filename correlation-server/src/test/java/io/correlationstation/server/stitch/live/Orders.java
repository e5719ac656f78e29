// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Made-up orders as they come over the wire: three services, every call between them without
 * context, some circuits with several orders at once.
 */
final class Orders {

  static final long START = 1_767_600_000_000_000_000L;
  private static final long MILLI = 1_000_000L;

  /** One span and the service that sent it. */
  record Sent(String service, Span span) {
    long endNanos() {
      return span.getEndTimeUnixNano();
    }

    byte[] payload() {
      return Orders.payload(List.of(this));
    }
  }

  private final List<Sent> spans = new ArrayList<>();
  private final Random random;
  private final boolean polled;

  private Orders(long seed, boolean polled) {
    this.random = new Random(seed);
    this.polled = polled;
  }

  /** Spans of so many orders, in the order of their ends. */
  static List<Sent> pushed(int count, long seed) {
    return new Orders(seed, false).make(count);
  }

  /**
   * The same, but the middle service is read from an orchestrator that knows whole seconds only.
   */
  static List<Sent> withPolled(int count, long seed) {
    return new Orders(seed, true).make(count);
  }

  private List<Sent> make(int count) {
    for (int i = 0; i < count; i++) {
      order(i, String.format("80.L1XX.%06d..TEST", random.nextInt(Math.max(1, count / 3))));
    }
    spans.sort(
        Comparator.comparingLong(Sent::endNanos)
            .thenComparing(sent -> sent.span.getSpanId().byteAt(7)));
    return spans;
  }

  private void order(int i, String circuit) {
    long at = i * 400L + random.nextInt(200);
    String resource = String.format("11111111-0000-4000-8000-%012d", i + 1);
    long id = 10L * (i + 1);
    add("order", id, id, 0, "POST /order", 2, at, at + 300, "circuit_id", circuit);
    add("order", id, id + 1, id, "POST", 3, at + 50, at + 250, "resource_id", resource);
    long taken = at + 60 + random.nextInt(20);
    if (polled) {
      add(
          "activator",
          id + 1,
          id + 2,
          0,
          "activate",
          2,
          taken,
          at + 200,
          "resource_id",
          resource,
          "mdso.time.precision",
          "s");
    } else {
      add("activator", id + 1, id + 2, 0, "activate", 2, taken, at + 200, "resource_id", resource);
    }
    add("order", id, id + 3, id, "publish done", 4, at + 260, at + 270, "circuit_id", circuit);
    long later = at + 260 + (long) (400 * Math.exp(random.nextGaussian() * 0.4));
    add("billing", id + 2, id + 4, 0, "process done", 5, later, later + 40, "circuit_id", circuit);
  }

  private void add(
      String service,
      long trace,
      long id,
      long parent,
      String name,
      int kind,
      long fromMillis,
      long toMillis,
      String... attributes) {
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(bytes(7, trace))
            .setSpanId(bytes(id))
            .setParentSpanId(parent == 0 ? ByteString.EMPTY : bytes(parent))
            .setName(name)
            .setKindValue(kind)
            .setStartTimeUnixNano(START + fromMillis * MILLI)
            .setEndTimeUnixNano(START + toMillis * MILLI);
    for (int i = 0; i < attributes.length; i += 2) {
      span.addAttributes(text(attributes[i], attributes[i + 1]));
    }
    spans.add(new Sent(service, span.build()));
  }

  /** One request with these spans, those of one service together. */
  static byte[] payload(List<Sent> sent) {
    ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
    for (Sent each : sent) {
      request.addResourceSpans(
          ResourceSpans.newBuilder()
              .setResource(Resource.newBuilder().addAttributes(text("service.name", each.service)))
              .addScopeSpans(ScopeSpans.newBuilder().addSpans(each.span)));
    }
    return request.build().toByteArray();
  }

  /** Moves spans by at most {@code seconds} of event time. */
  static List<Sent> shuffled(List<Sent> sent, double seconds, long seed) {
    Random random = new Random(seed);
    Map<Sent, Double> place = new IdentityHashMap<>();
    sent.forEach(each -> place.put(each, each.endNanos() + random.nextDouble() * seconds * 1e9));
    List<Sent> result = new ArrayList<>(sent);
    result.sort(Comparator.comparingDouble(place::get));
    return result;
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static ByteString bytes(long... parts) {
    ByteBuffer buffer = ByteBuffer.allocate(parts.length * Long.BYTES);
    for (long part : parts) {
      buffer.putLong(part);
    }
    return ByteString.copyFrom(buffer.array());
  }
}
