// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import com.google.protobuf.ByteString;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Frames to forward, as receivers would have written them. */
final class Frames {

  static final long NOW = nanos(Instant.now());

  private Frames() {}

  static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  static Frame traces(String... names) {
    return traces(Map.of(), names);
  }

  /** One span a name, all of one service; ids follow from the name. */
  static Frame traces(Map<String, String> headers, String... names) {
    ScopeSpans.Builder spans = ScopeSpans.newBuilder();
    for (String name : names) {
      spans.addSpans(span(name));
    }
    byte[] payload =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder().setResource(resource("arda")).addScopeSpans(spans))
            .build()
            .toByteArray();
    return new Frame(Signal.TRACES, NOW, names.length, headers, payload);
  }

  /** A frame with that one span, all of it given. */
  static Frame traces(Span span) {
    byte[] payload =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(resource("arda"))
                    .addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
            .build()
            .toByteArray();
    return new Frame(Signal.TRACES, NOW, 1, Map.of(), payload);
  }

  static Span span(String name) {
    return Span.newBuilder()
        .setName(name)
        .setTraceId(id(name, 16))
        .setSpanId(id(name, 8))
        .setKind(Span.SpanKind.SPAN_KIND_SERVER)
        .setStartTimeUnixNano(NOW)
        .setEndTimeUnixNano(NOW + 1)
        .build();
  }

  private static ByteString id(String name, int bytes) {
    long low = Integer.toUnsignedLong(name.hashCode()) << 16 | name.length();
    return ByteString.copyFrom(
        ByteBuffer.allocate(bytes).putLong(bytes - 8, low | 1L << 62).array());
  }

  static Frame logs(String... lines) {
    return logs(NOW, lines);
  }

  static Frame logs(long firstNanos, String... lines) {
    LogRecord[] records = new LogRecord[lines.length];
    for (int i = 0; i < lines.length; i++) {
      records[i] = record(firstNanos + i, lines[i]).build();
    }
    return logs(resource("arda"), records);
  }

  static Frame logs(Resource resource, LogRecord... records) {
    byte[] payload =
        ExportLogsServiceRequest.newBuilder()
            .addResourceLogs(
                ResourceLogs.newBuilder()
                    .setResource(resource)
                    .addScopeLogs(ScopeLogs.newBuilder().addAllLogRecords(Arrays.asList(records))))
            .build()
            .toByteArray();
    return new Frame(Signal.LOGS, NOW, records.length, Map.of(), payload);
  }

  static LogRecord.Builder record(long nanos, String line) {
    return LogRecord.newBuilder().setTimeUnixNano(nanos).setBody(text(line));
  }

  static Frame metrics(int points) {
    Gauge.Builder gauge = Gauge.newBuilder();
    for (int i = 0; i < points; i++) {
      gauge.addDataPoints(NumberDataPoint.newBuilder().setTimeUnixNano(NOW).setAsInt(i));
    }
    byte[] payload =
        ExportMetricsServiceRequest.newBuilder()
            .addResourceMetrics(
                ResourceMetrics.newBuilder()
                    .setResource(resource("arda"))
                    .addScopeMetrics(
                        ScopeMetrics.newBuilder()
                            .addMetrics(Metric.newBuilder().setName("queue").setGauge(gauge))))
            .build()
            .toByteArray();
    return new Frame(Signal.METRICS, NOW, points, Map.of(), payload);
  }

  static Frame handoffs() {
    return new Frame(
        Signal.HANDOFFS, NOW, 1, Map.of(Frame.ORIGIN, "stitch"), new byte[] {'{', '}'});
  }

  static Resource resource(String service) {
    return Resource.newBuilder().addAttributes(attribute("service.name", service)).build();
  }

  static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder().setKey(key).setValue(text(value)).build();
  }

  static AnyValue text(String value) {
    return AnyValue.newBuilder().setStringValue(value).build();
  }

  static List<String> numbered(String prefix, int count) {
    return java.util.stream.IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
  }
}
