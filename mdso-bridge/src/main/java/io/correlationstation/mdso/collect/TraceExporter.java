// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import io.correlationstation.mdso.OtlpSink;
import io.correlationstation.mdso.collect.Checkpoint.SentIds;
import io.correlationstation.mdso.telemetry.BridgeMetrics;
import io.correlationstation.mdso.telemetry.Otlp;
import io.correlationstation.mdso.telemetry.Requests;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import io.correlationstation.mdso.tracelog.MappedTrace;
import io.correlationstation.mdso.tracelog.MappedTrace.Failure;
import io.correlationstation.mdso.tracelog.MappedTrace.Found;
import io.correlationstation.mdso.tracelog.MappedTrace.MappedRecord;
import io.correlationstation.mdso.tracelog.MappedTrace.MappedSpan;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Sends of a trace what was not sent before, and counts it once it is acknowledged. A span that was
 * sent is never sent with other content.
 */
final class TraceExporter {

  private static final int STRIPES = 64;

  /** Items of one request at most. */
  private static final int BATCH = 5000;

  private final OtlpSink sink;
  private final Checkpoint checkpoint;
  private final BridgeMetrics metrics;
  private final SpanRecorder events;
  private final Resource resource;

  /** One trace is sent by one thread at a time. */
  private final Object[] stripes = new Object[STRIPES];

  TraceExporter(
      OtlpSink sink,
      Checkpoint checkpoint,
      BridgeMetrics metrics,
      SpanRecorder events,
      String environment) {
    this.sink = sink;
    this.checkpoint = checkpoint;
    this.metrics = metrics;
    this.events = events;
    this.resource = Otlp.resource(Otlp.SCRIPT_PLAN_SERVICE, environment);
    for (int i = 0; i < STRIPES; i++) {
      stripes[i] = new Object();
    }
  }

  /**
   * Sends the new part of a trace.
   *
   * @throws IOException when the sink refuses; what it took before may be sent again
   */
  void export(MappedTrace trace, String productType, Tally tally) throws IOException {
    synchronized (stripes[Math.floorMod(trace.traceId().hashCode(), STRIPES)]) {
      SentIds sent = checkpoint.sent(trace.traceId());
      List<MappedSpan> spans =
          trace.spans().stream().filter(span -> !sent.spans().contains(span.id())).toList();
      List<MappedRecord> records =
          trace.records().stream().filter(each -> !sent.records().contains(each.key())).toList();
      if (spans.isEmpty() && records.isEmpty()) {
        return;
      }
      sendSpans(spans);
      sendRecords(records);
      List<Failure> failures =
          records.stream().map(MappedRecord::failure).filter(Objects::nonNull).toList();
      checkpoint.markSent(trace.traceId(), with(sent, spans, records), failures);
      count(spans, records.size(), productType, tally);
      failures.forEach(failure -> count(failure, trace.traceId()));
    }
  }

  private void sendSpans(List<MappedSpan> spans) throws IOException {
    for (int from = 0; from < spans.size(); from += BATCH) {
      List<Span> batch =
          spans.subList(from, Math.min(from + BATCH, spans.size())).stream()
              .map(MappedSpan::span)
              .toList();
      sink.traces(Requests.traces(resource, batch));
    }
  }

  private void sendRecords(List<MappedRecord> records) throws IOException {
    for (int from = 0; from < records.size(); from += BATCH) {
      List<LogRecord> batch =
          records.subList(from, Math.min(from + BATCH, records.size())).stream()
              .map(MappedRecord::record)
              .toList();
      sink.logs(Requests.logs(resource, batch));
    }
  }

  private static SentIds with(SentIds sent, List<MappedSpan> spans, List<MappedRecord> records) {
    Set<Long> spanIds = new LinkedHashSet<>(sent.spans());
    spans.forEach(span -> spanIds.add(span.id()));
    Set<Long> recordKeys = new LinkedHashSet<>(sent.records());
    records.forEach(each -> recordKeys.add(each.key()));
    return new SentIds(spanIds, recordKeys);
  }

  private void count(List<MappedSpan> spans, long records, String productType, Tally tally) {
    tally.add("traces", 1);
    tally.add("spans", spans.size());
    tally.add("logs", records);
    metrics.logsCollected(productType, "success", records);
    countUnmatched(spans, Found.START_ONLY, "started");
    countUnmatched(spans, Found.END_ONLY, "ended");
  }

  private void count(Failure failure, String traceId) {
    String code = failure.verdict().code();
    metrics.errorDetected(code, failure.product());
    events.event("error_categorised", "mdso.defect_code", code, "trace_id", traceId);
  }

  private void countUnmatched(List<MappedSpan> spans, Found found, String reason) {
    long count = spans.stream().filter(span -> span.found() == found).count();
    if (count > 0) {
      metrics.unmatched(reason, count);
    }
  }
}
