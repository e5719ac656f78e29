// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.admission.TraceSet;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.journey.TraceDetail.Event;
import io.correlationstation.server.journey.TraceDetail.SpanLink;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the spans of a trace again from the journal, with everything their senders wrote. */
public final class TraceReader {

  /** Spans of one trace beyond this number are left out. */
  static final int MAX_SPANS = 20_000;

  private static final Comparator<TraceDetail.Span> BY_TIME =
      Comparator.comparingLong(TraceDetail.Span::startNanos)
          .thenComparing(Comparator.comparingLong(TraceDetail.Span::endNanos).reversed())
          .thenComparing(TraceDetail.Span::spanId);

  private final Journal journal;
  private final KeyVocabulary vocabulary;
  private final Set<String> observers;

  TraceReader(Journal journal, KeyVocabulary vocabulary, Set<String> observers) {
    this.journal = journal;
    this.vocabulary = vocabulary;
    this.observers = observers;
  }

  /** Spans found, and whether every frame was still there. */
  public record Spans(List<TraceDetail.Span> spans, boolean complete) {}

  /**
   * Reads the spans in order of their start; of a span that was sent twice, the first one.
   *
   * @throws UncheckedIOException when the journal cannot be read
   */
  Spans read(String traceId, Collection<Long> sequences) {
    ByteString id = ByteString.copyFrom(HexFormat.of().parseHex(traceId));
    Map<String, TraceDetail.Span> found = new LinkedHashMap<>();
    boolean complete = true;
    for (long sequence : sequences) {
      Frame frame = frame(sequence);
      if (frame == null) {
        complete = false;
        continue;
      }
      if (frame.signal() != Signal.TRACES) {
        continue;
      }
      for (TraceDetail.Span span : spans(frame, id)) {
        if (found.size() < MAX_SPANS) {
          found.putIfAbsent(span.spanId() + span.kind(), span);
        }
      }
    }
    return new Spans(found.values().stream().sorted(BY_TIME).toList(), complete);
  }

  /**
   * Reads the log records of a trace that the store does not keep, in order of their time.
   *
   * @throws UncheckedIOException when the journal cannot be read
   */
  List<LogLine> readLogs(String traceId, Collection<Long> sequences) {
    TraceSet trace = new TraceSet();
    trace.add(Admission.hash(traceId));
    Findings findings = new Findings();
    FrameScan scan = new FrameScan(vocabulary, observers, Admission.open(), null);
    for (long sequence : sequences) {
      Frame frame = frame(sequence);
      if (frame != null && frame.signal() == Signal.LOGS) {
        scan.scan(new JournalCursor.Entry(sequence, frame), trace, findings);
      }
    }
    return findings.logs.stream()
        .map(Findings.FoundLog::line)
        .sorted(Comparator.comparingLong(LogLine::timeNanos))
        .limit(JourneyQueries.MAX_LOGS)
        .toList();
  }

  private @Nullable Frame frame(long sequence) {
    try {
      return journal.read(sequence);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<TraceDetail.Span> spans(Frame frame, ByteString traceId) {
    ExportTraceServiceRequest request;
    try {
      request = ExportTraceServiceRequest.parseFrom(frame.payload());
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
    List<TraceDetail.Span> spans = new ArrayList<>();
    for (ResourceSpans resourceSpans : request.getResourceSpansList()) {
      String service = service(resourceSpans.getResource());
      for (ScopeSpans scopeSpans : resourceSpans.getScopeSpansList()) {
        for (Span span : scopeSpans.getSpansList()) {
          if (span.getTraceId().equals(traceId)) {
            spans.add(span(span, service, frame));
          }
        }
      }
    }
    return spans;
  }

  private static String service(Resource resource) {
    for (KeyValue attribute : resource.getAttributesList()) {
      if (attribute.getKey().equals("service.name") && attribute.getValue().hasStringValue()) {
        return attribute.getValue().getStringValue();
      }
    }
    return "unknown_service";
  }

  private static TraceDetail.Span span(Span span, String service, Frame frame) {
    Map<String, @Nullable Object> attributes = values(span.getAttributesList());
    long start =
        span.getStartTimeUnixNano() == 0 ? frame.receivedNanos() : span.getStartTimeUnixNano();
    return new TraceDetail.Span(
        hex(span.getTraceId()),
        hex(span.getSpanId()),
        span.getParentSpanId().isEmpty() ? null : hex(span.getParentSpanId()),
        span.getName(),
        span.getKindValue(),
        service,
        start,
        Math.max(start, span.getEndTimeUnixNano()),
        span.getStatus().getCodeValue(),
        span.getStatus().getMessage(),
        attributes,
        span.getEventsList().stream()
            .map(
                event ->
                    new Event(
                        event.getTimeUnixNano(),
                        event.getName(),
                        values(event.getAttributesList())))
            .toList(),
        span.getLinksList().stream()
            .map(
                link ->
                    new SpanLink(
                        hex(link.getTraceId()),
                        hex(link.getSpanId()),
                        values(link.getAttributesList())))
            .toList(),
        frame.ownWork() || Objects.equals(attributes.get("correlation.synthetic"), true));
  }

  private static Map<String, @Nullable Object> values(List<KeyValue> attributes) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (KeyValue attribute : attributes) {
      values.put(attribute.getKey(), value(attribute.getValue()));
    }
    return values;
  }

  private static @Nullable Object value(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> value.getBoolValue();
      case INT_VALUE -> value.getIntValue();
      case DOUBLE_VALUE -> value.getDoubleValue();
      case ARRAY_VALUE -> {
        List<@Nullable Object> elements = new ArrayList<>();
        value.getArrayValue().getValuesList().forEach(element -> elements.add(value(element)));
        yield elements;
      }
      case KVLIST_VALUE -> values(value.getKvlistValue().getValuesList());
      case BYTES_VALUE -> Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray());
      default -> null;
    };
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }
}
