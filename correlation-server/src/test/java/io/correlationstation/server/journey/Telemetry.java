// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import com.google.protobuf.ByteString;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.stitch.Evidence;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.Ruling;
import io.correlationstation.server.stitch.SpanRef;
import io.correlationstation.server.stitch.live.HandoffLines;
import io.correlationstation.server.stitch.live.RulingLines;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Hand-made telemetry: short names for times, ids and frames. */
public final class Telemetry {

  /** 2026-11-01T12:00:00Z. */
  public static final long T0 = 1_793_534_400_000_000_000L;

  public static final long MILLI = 1_000_000L;
  public static final String CIRCUIT = "80.L1XX.000001..TEST";

  private Telemetry() {}

  /** Nanoseconds since the epoch, that many milliseconds after {@link #T0}. */
  public static long at(long millis) {
    return T0 + millis * MILLI;
  }

  /** A trace id of 32 digits made of a small number. */
  public static String trace(int number) {
    return String.format("%032x", 0xabc0_0000_0000_0000L + number);
  }

  /** A span id of 16 digits made of a small number. */
  public static String span(int number) {
    return String.format("%016x", 0xdef0_0000_0000_0000L + number);
  }

  /** A span to be; times are milliseconds after {@link #T0}. */
  public static SpanSpec span(String traceId, int id, String service, String name) {
    return new SpanSpec(traceId, span(id), null, service, name, 2, 0, 100, false, Map.of());
  }

  /** Everything that a test varies about a span. */
  public record SpanSpec(
      String traceId,
      String spanId,
      @Nullable String parentId,
      String service,
      String name,
      int kind,
      long startMillis,
      long endMillis,
      boolean failed,
      Map<String, String> attributes) {

    public SpanSpec below(int parent) {
      return new SpanSpec(
          traceId,
          spanId,
          span(parent),
          service,
          name,
          kind,
          startMillis,
          endMillis,
          failed,
          attributes);
    }

    public SpanSpec kind(int newKind) {
      return new SpanSpec(
          traceId,
          spanId,
          parentId,
          service,
          name,
          newKind,
          startMillis,
          endMillis,
          failed,
          attributes);
    }

    public SpanSpec from(long start, long end) {
      return new SpanSpec(
          traceId, spanId, parentId, service, name, kind, start, end, failed, attributes);
    }

    public SpanSpec failing() {
      return new SpanSpec(
          traceId, spanId, parentId, service, name, kind, startMillis, endMillis, true, attributes);
    }

    public SpanSpec with(String... namesAndValues) {
      Map<String, String> all = new TreeMap<>(attributes);
      for (int i = 0; i < namesAndValues.length; i += 2) {
        all.put(namesAndValues[i], namesAndValues[i + 1]);
      }
      return new SpanSpec(
          traceId, spanId, parentId, service, name, kind, startMillis, endMillis, failed, all);
    }

    public SpanRef ref() {
      return new SpanRef(traceId, spanId, service, name, at(startMillis), at(endMillis));
    }

    Span proto() {
      Span.Builder span =
          Span.newBuilder()
              .setTraceId(id(traceId))
              .setSpanId(id(spanId))
              .setName(name)
              .setKindValue(kind)
              .setStartTimeUnixNano(at(startMillis))
              .setEndTimeUnixNano(at(endMillis))
              .addAllAttributes(keyValues(attributes));
      if (parentId != null) {
        span.setParentSpanId(id(parentId));
      }
      if (failed) {
        span.setStatus(Status.newBuilder().setCodeValue(2).setMessage("it broke"));
      }
      return span.build();
    }
  }

  /** A frame with those spans, received when the last of them ended. */
  public static Frame traces(SpanSpec... spans) {
    ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
    Arrays.stream(spans)
        .collect(Collectors.groupingBy(SpanSpec::service))
        .forEach(
            (service, ofService) ->
                request.addResourceSpans(
                    ResourceSpans.newBuilder()
                        .setResource(resource(service))
                        .addScopeSpans(
                            ScopeSpans.newBuilder()
                                .addAllSpans(ofService.stream().map(SpanSpec::proto).toList()))));
    long received = Arrays.stream(spans).mapToLong(SpanSpec::endMillis).max().orElse(0);
    return new Frame(
        Signal.TRACES, at(received), spans.length, Map.of(), request.build().toByteArray());
  }

  /** The same frame as if the stitcher had written it. */
  public static Frame byStitcher(Frame frame) {
    return new Frame(
        frame.signal(),
        frame.receivedNanos(),
        frame.items(),
        Map.of(Frame.ORIGIN, "stitch"),
        frame.payload());
  }

  /** A log record to be; the time is milliseconds after {@link #T0}. */
  public record LogSpec(
      @Nullable String traceId,
      @Nullable String spanId,
      String service,
      long millis,
      String body,
      int severity,
      String eventName,
      Map<String, String> attributes) {

    public LogSpec event(String name) {
      return new LogSpec(traceId, spanId, service, millis, body, severity, name, attributes);
    }

    LogRecord proto() {
      LogRecord.Builder log =
          LogRecord.newBuilder()
              .setTimeUnixNano(at(millis))
              .setSeverityNumber(SeverityNumber.forNumber(severity))
              .setSeverityText(severity >= 17 ? "ERROR" : "INFO")
              .setBody(AnyValue.newBuilder().setStringValue(body))
              .setEventName(eventName)
              .addAllAttributes(keyValues(attributes));
      if (traceId != null) {
        log.setTraceId(id(traceId));
      }
      if (spanId != null) {
        log.setSpanId(id(spanId));
      }
      return log.build();
    }
  }

  public static LogSpec log(
      @Nullable String traceId, String service, long millis, String body, String... keys) {
    Map<String, String> attributes = new TreeMap<>();
    for (int i = 0; i < keys.length; i += 2) {
      attributes.put(keys[i], keys[i + 1]);
    }
    return new LogSpec(traceId, null, service, millis, body, 9, "", attributes);
  }

  public static Frame logs(LogSpec... logs) {
    ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
    for (LogSpec log : logs) {
      request.addResourceLogs(
          ResourceLogs.newBuilder()
              .setResource(resource(log.service()))
              .addScopeLogs(ScopeLogs.newBuilder().addLogRecords(log.proto())));
    }
    long received = Arrays.stream(logs).mapToLong(LogSpec::millis).max().orElse(0);
    return new Frame(
        Signal.LOGS, at(received), logs.length, Map.of(), request.build().toByteArray());
  }

  /** A linked handoff whose id is made of both span ids. */
  public static Handoff handoff(SpanSpec parent, SpanSpec child, double confidence) {
    return handoff(parent, child, confidence, Handoff.State.LINKED, null);
  }

  public static Handoff handoff(
      SpanSpec parent,
      SpanSpec child,
      double confidence,
      Handoff.State state,
      @Nullable String supersedes) {
    return new Handoff(
        parent.spanId() + child.spanId(),
        parent.ref(),
        child.ref(),
        Map.of("circuit_id", CIRCUIT),
        confidence,
        state,
        List.of(new Evidence("key", "circuit_id", CIRCUIT, 4.2)),
        List.of(),
        at(child.startMillis()) - at(parent.startMillis()),
        "circuit_id_match",
        "test-1",
        supersedes);
  }

  public static Frame handoffs(Handoff... handoffs) {
    return new Frame(
        Signal.HANDOFFS,
        T0,
        handoffs.length,
        Map.of(Frame.ORIGIN, "stitch"),
        HandoffLines.payload(List.of(handoffs)));
  }

  public static Frame ruling(Ruling ruling) {
    return new Frame(
        Signal.RULINGS, T0, 1, Map.of(Frame.ORIGIN, "ruling"), RulingLines.payload(ruling));
  }

  private static Resource resource(String service) {
    return Resource.newBuilder()
        .addAllAttributes(keyValues(Map.of("service.name", service)))
        .build();
  }

  private static List<KeyValue> keyValues(Map<String, String> attributes) {
    return attributes.entrySet().stream()
        .map(
            entry ->
                KeyValue.newBuilder()
                    .setKey(entry.getKey())
                    .setValue(AnyValue.newBuilder().setStringValue(entry.getValue()))
                    .build())
        .toList();
  }

  private static ByteString id(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }
}
