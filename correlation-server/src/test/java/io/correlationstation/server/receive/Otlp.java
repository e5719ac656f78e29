// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
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
import java.util.ArrayList;
import java.util.List;

/** Requests as senders make them. Every call gives ids that were not used before. */
final class Otlp {

  private static long next = 0x1000;

  private Otlp() {}

  static synchronized Span.Builder span() {
    long id = next++;
    return Span.newBuilder()
        .setTraceId(id(0x0af7651916cd43ddL, id))
        .setSpanId(id(id))
        .setName("GET /topology")
        .setKind(Span.SpanKind.SPAN_KIND_SERVER)
        .setStartTimeUnixNano(1_750_000_000_123_456_789L)
        .setEndTimeUnixNano(1_750_000_001_123_456_789L)
        .addAttributes(attribute("circuit_id", "80.L1XX.000001..TEST"));
  }

  static ByteString id(long... halves) {
    ByteBuffer bytes = ByteBuffer.allocate(halves.length * 8);
    for (long half : halves) {
      bytes.putLong(half);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  static Resource resource() {
    return Resource.newBuilder().addAttributes(attribute("service.name", "arda")).build();
  }

  static ExportTraceServiceRequest traces(Span.Builder... spans) {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (Span.Builder span : spans) {
      scope.addSpans(span);
    }
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().setResource(resource()).addScopeSpans(scope))
        .build();
  }

  static ExportTraceServiceRequest traces(int count) {
    Span.Builder[] spans = new Span.Builder[count];
    for (int i = 0; i < count; i++) {
      spans[i] = span();
    }
    return traces(spans);
  }

  static ExportLogsServiceRequest logs(LogRecord.Builder... records) {
    ScopeLogs.Builder scope = ScopeLogs.newBuilder();
    for (LogRecord.Builder record : records) {
      scope.addLogRecords(record);
    }
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(ResourceLogs.newBuilder().setResource(resource()).addScopeLogs(scope))
        .build();
  }

  static synchronized LogRecord.Builder record() {
    return LogRecord.newBuilder()
        .setTimeUnixNano(1_750_000_000_000_000_000L + next++)
        .setBody(AnyValue.newBuilder().setStringValue("topology read"));
  }

  static synchronized ExportMetricsServiceRequest metrics() {
    NumberDataPoint point =
        NumberDataPoint.newBuilder()
            .setTimeUnixNano(1_750_000_000_000_000_000L + next++)
            .setAsInt(7)
            .build();
    return ExportMetricsServiceRequest.newBuilder()
        .addResourceMetrics(
            ResourceMetrics.newBuilder()
                .setResource(resource())
                .addScopeMetrics(
                    ScopeMetrics.newBuilder()
                        .addMetrics(
                            Metric.newBuilder()
                                .setName("queue")
                                .setGauge(Gauge.newBuilder().addDataPoints(point)))))
        .build();
  }

  /** A valid request with one item. */
  static byte[] request(Signal signal) {
    return switch (signal) {
      case TRACES -> traces(1).toByteArray();
      case LOGS -> logs(record()).toByteArray();
      default -> metrics().toByteArray();
    };
  }

  static List<Span> spans(List<Frame> frames) throws InvalidProtocolBufferException {
    List<Span> spans = new ArrayList<>();
    for (Frame frame : frames) {
      ExportTraceServiceRequest.parseFrom(frame.payload())
          .getResourceSpansList()
          .forEach(
              resource ->
                  resource
                      .getScopeSpansList()
                      .forEach(scope -> spans.addAll(scope.getSpansList())));
    }
    return spans;
  }

  static List<LogRecord> records(List<Frame> frames) throws InvalidProtocolBufferException {
    List<LogRecord> records = new ArrayList<>();
    for (Frame frame : frames) {
      ExportLogsServiceRequest.parseFrom(frame.payload())
          .getResourceLogsList()
          .forEach(
              resource ->
                  resource
                      .getScopeLogsList()
                      .forEach(scope -> records.addAll(scope.getLogRecordsList())));
    }
    return records;
  }
}
