// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A sink that keeps everything, and refuses when told to. */
public final class RecordingSink implements OtlpSink {

  public final List<byte[]> traceRequests = new CopyOnWriteArrayList<>();

  /** What was current when each request of spans came. */
  public final List<Baggage> baggageOfTraces = new CopyOnWriteArrayList<>();

  public final List<byte[]> logRequests = new CopyOnWriteArrayList<>();
  public final List<byte[]> metricRequests = new CopyOnWriteArrayList<>();
  public volatile boolean refuses;

  @Override
  public void traces(byte[] request) throws IOException {
    requireWilling();
    traceRequests.add(request);
    baggageOfTraces.add(Baggage.current());
  }

  @Override
  public void logs(byte[] request) throws IOException {
    requireWilling();
    logRequests.add(request);
  }

  @Override
  public void metrics(byte[] request) throws IOException {
    requireWilling();
    metricRequests.add(request);
  }

  private void requireWilling() throws IOException {
    if (refuses) {
      throw new IOException("the sink refuses");
    }
  }

  /** Spans of a service, in the order in which they came. */
  public List<Span> spans(String service) {
    List<Span> spans = new ArrayList<>();
    for (byte[] request : traceRequests) {
      parse(() -> ExportTraceServiceRequest.parseFrom(request)).getResourceSpansList().stream()
          .filter(each -> service.equals(serviceName(each.getResource())))
          .flatMap(each -> each.getScopeSpansList().stream())
          .forEach(scope -> spans.addAll(scope.getSpansList()));
    }
    return spans;
  }

  /** What the spans of a service came from, by attribute. */
  public Map<String, String> resource(String service) {
    Map<String, String> attributes = new TreeMap<>();
    for (byte[] request : traceRequests) {
      parse(() -> ExportTraceServiceRequest.parseFrom(request)).getResourceSpansList().stream()
          .filter(each -> service.equals(serviceName(each.getResource())))
          .flatMap(each -> each.getResource().getAttributesList().stream())
          .forEach(each -> attributes.put(each.getKey(), each.getValue().getStringValue()));
    }
    return attributes;
  }

  /** Log records of a service, in the order in which they came. */
  public List<LogRecord> records(String service) {
    List<LogRecord> records = new ArrayList<>();
    for (byte[] request : logRequests) {
      parse(() -> ExportLogsServiceRequest.parseFrom(request)).getResourceLogsList().stream()
          .filter(each -> service.equals(serviceName(each.getResource())))
          .flatMap(each -> each.getScopeLogsList().stream())
          .forEach(scope -> records.addAll(scope.getLogRecordsList()));
    }
    return records;
  }

  /** The last metrics request. */
  public ExportMetricsServiceRequest lastMetrics() {
    return parse(
        () -> ExportMetricsServiceRequest.parseFrom(metricRequests.get(metricRequests.size() - 1)));
  }

  /** Everything that was sent, as text, to look for what must not be in it. */
  public String everything() {
    StringBuilder all = new StringBuilder();
    for (byte[] request : traceRequests) {
      all.append(parse(() -> ExportTraceServiceRequest.parseFrom(request)));
    }
    for (byte[] request : logRequests) {
      all.append(parse(() -> ExportLogsServiceRequest.parseFrom(request)));
    }
    for (byte[] request : metricRequests) {
      all.append(parse(() -> ExportMetricsServiceRequest.parseFrom(request)));
    }
    return all.toString();
  }

  public static String attribute(Span span, String key) {
    return attribute(span.getAttributesList(), key);
  }

  public static String attribute(LogRecord record, String key) {
    return attribute(record.getAttributesList(), key);
  }

  /** The value as text; null when there is none. */
  public static String attribute(List<KeyValue> attributes, String key) {
    for (KeyValue each : attributes) {
      if (each.getKey().equals(key)) {
        return switch (each.getValue().getValueCase()) {
          case STRING_VALUE -> each.getValue().getStringValue();
          case BOOL_VALUE -> Boolean.toString(each.getValue().getBoolValue());
          default -> Long.toString(each.getValue().getIntValue());
        };
      }
    }
    return null;
  }

  private static String serviceName(Resource resource) {
    return attribute(resource.getAttributesList(), "service.name");
  }

  private interface Parse<T> {
    T parse() throws InvalidProtocolBufferException;
  }

  private static <T> T parse(Parse<T> parse) {
    try {
      return parse.parse();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
