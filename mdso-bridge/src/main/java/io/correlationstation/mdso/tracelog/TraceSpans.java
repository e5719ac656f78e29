// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import static io.correlationstation.mdso.telemetry.Otlp.flag;
import static io.correlationstation.mdso.telemetry.Otlp.text;

import com.google.protobuf.ByteString;
import io.correlationstation.mdso.errors.Verdict;
import io.correlationstation.mdso.market.MdsoResource;
import io.correlationstation.mdso.telemetry.Otlp;
import io.correlationstation.mdso.telemetry.SecretMask;
import io.correlationstation.mdso.tracelog.MappedTrace.Failure;
import io.correlationstation.mdso.tracelog.MappedTrace.Found;
import io.correlationstation.mdso.tracelog.MappedTrace.MappedRecord;
import io.correlationstation.mdso.tracelog.MappedTrace.MappedSpan;
import io.correlationstation.mdso.tracelog.SpanPairs.Pair;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Builds the spans and records of one trace from its ordered steps: a root per origination
 * resource, a span per pair below it, a record per step.
 */
final class TraceSpans {

  private final String traceId;
  private final ByteString traceIdBytes;
  private final List<TraceLog> logs;
  private final MdsoResource resource;
  private final String productType;
  private final List<Step> steps;
  private final List<@Nullable Failure> failures;
  private final List<KeyValue> common;
  private final List<KeyValue> recordKeys;
  private final Map<String, Root> roots = new LinkedHashMap<>();

  /** What is known of a root after all steps were seen. */
  private static final class Root {
    final String originationId;
    final long id;
    final TraceLog log;
    long startNanos = Long.MAX_VALUE;
    long endNanos = Long.MIN_VALUE;
    boolean clamped;
    @Nullable Verdict defect;
    @Nullable TraceEntry ownEntry;

    Root(String originationId, long id, TraceLog log) {
      this.originationId = originationId;
      this.id = id;
      this.log = log;
    }
  }

  TraceSpans(
      String traceId,
      List<TraceLog> logs,
      TraceLogMapper.Origin origin,
      List<Step> steps,
      List<@Nullable Failure> failures) {
    this.traceId = traceId;
    this.traceIdBytes = Otlp.id(traceId);
    this.logs = logs;
    this.resource = origin.resource();
    this.productType = origin.productType();
    this.steps = steps;
    this.failures = failures;
    String circuitId = origin.circuitId(logs);
    String writtenTraceId = Objects.requireNonNullElse(logs.get(0).traceId(), traceId);
    this.common = new ArrayList<>();
    common.add(text("mdso.trace_id", writtenTraceId));
    this.recordKeys = new ArrayList<>(common);
    if (circuitId != null) {
      common.add(text("circuit_id", circuitId));
      common.add(text("mdso.circuit_id", circuitId));
      recordKeys.add(text("circuit_id", circuitId));
    }
    if (resource.devices().size() == 1) {
      MdsoResource.Device device = resource.devices().get(0);
      addIfPresent(recordKeys, "tid", device.tid());
      addIfPresent(recordKeys, "management_ip", device.managementIp());
    }
  }

  MappedTrace build() {
    collectRoots();
    List<Pair> pairs = SpanPairs.of(steps);
    List<MappedSpan> spans = new ArrayList<>();
    for (Root root : roots.values()) {
      spans.add(rootSpan(root));
    }
    long[] spanOfStep = new long[steps.size()];
    for (Pair pair : pairs) {
      pair.spanId = spanId(pair);
      spanOfStep[pair.open] = pair.spanId;
      if (!pair.isIncomplete()) {
        spanOfStep[pair.close] = pair.spanId;
      }
      spans.add(new MappedSpan(pair.spanId, span(pair), found(pair)));
    }
    return new MappedTrace(traceId, spans, records(spanOfStep));
  }

  private static Found found(Pair pair) {
    if (pair.isIncomplete()) {
      return Found.START_ONLY;
    }
    return pair.syntheticStart ? Found.END_ONLY : Found.BOTH;
  }

  private void collectRoots() {
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      Root root = rootOf(i);
      root.startNanos = Math.min(root.startNanos, step.nanos());
      root.endNanos = Math.max(root.endNanos, step.nanos());
      root.clamped |= step.clamped();
      Failure failure = failures.get(i);
      if (failure != null && isBetter(failure.verdict(), root.defect)) {
        root.defect = failure.verdict();
      }
      if (root.ownEntry == null && root.originationId.equals(step.entry().resourceId())) {
        root.ownEntry = step.entry();
      }
    }
  }

  /** The first failure names the trace, but one that only says that another failed gives way. */
  private static boolean isBetter(Verdict verdict, @Nullable Verdict known) {
    return known == null || (known.consequence() && !verdict.consequence());
  }

  private Root rootOf(int stepIndex) {
    TraceLog log = logs.get(steps.get(stepIndex).log());
    String originationId = Objects.requireNonNullElse(log.originationId(), resource.id());
    return roots.computeIfAbsent(
        originationId, id -> new Root(id, TraceIds.rootId(traceId, id), log));
  }

  private long spanId(Pair pair) {
    TraceEntry entry = steps.get(pair.open).entry();
    return TraceIds.spanId(
        traceId,
        Objects.requireNonNull(entry.resourceId()),
        Objects.requireNonNull(entry.process()),
        pair.occurrence);
  }

  private MappedSpan rootSpan(Root root) {
    boolean isListed = root.originationId.equals(resource.id()) || roots.size() == 1;
    Span.Builder span = span(root.id, "mdso.workflow." + rootType(root, isListed));
    span.setStartTimeUnixNano(root.startNanos).setEndTimeUnixNano(root.endNanos);
    span.addAttributes(text("mdso.resource_id", root.originationId));
    span.addAttributes(text("mdso.time.precision", "s"));
    if (!productType.isEmpty()) {
      span.addAttributes(text("mdso.product_type", productType));
    }
    addOptional(span, "mdso.operation", operation(root));
    if (isListed) {
      addOptional(
          span, "mdso.orch_state", resource.orchState().isEmpty() ? null : resource.orchState());
      if (resource.devices().size() == 1) {
        addOptional(span, "mdso.tid", resource.devices().get(0).tid());
        addOptional(span, "mdso.management_ip", resource.devices().get(0).managementIp());
      }
    }
    if (root.defect != null) {
      span.addAllAttributes(Otlp.defect(root.defect));
    }
    if (root.clamped) {
      span.addAttributes(flag("mdso.time.clamped", true));
    }
    if (isListed && resource.isFailed()) {
      span.setStatus(error("the resource failed"));
    }
    return new MappedSpan(root.id, span.build(), Found.BOTH);
  }

  private String rootType(Root root, boolean isListed) {
    String type = isListed ? ProcessName.lastSegment(resource.resourceTypeId()) : null;
    if (type == null && root.ownEntry != null) {
      return ProcessName.of(root.ownEntry.process(), root.ownEntry.resourceType()).product();
    }
    return type == null ? "unknown" : type;
  }

  private static @Nullable String operation(Root root) {
    if (root.log.operation() != null) {
      return root.log.operation();
    }
    return root.ownEntry == null
        ? null
        : ProcessName.of(root.ownEntry.process(), root.ownEntry.resourceType()).operation();
  }

  private Span span(Pair pair) {
    Step open = steps.get(pair.open);
    Step close = pair.isIncomplete() ? steps.get(steps.size() - 1) : steps.get(pair.close);
    String product = ProcessName.of(open.entry().process(), open.entry().resourceType()).product();
    Span.Builder span = span(pair.spanId, "mdso.product." + product);
    span.setParentSpanId(bytes(pair.parent == null ? rootOf(pair.open).id : pair.parent.spanId));
    span.setStartTimeUnixNano(open.nanos()).setEndTimeUnixNano(close.nanos());
    span.addAttributes(text("mdso.resource_id", Objects.requireNonNull(open.entry().resourceId())));
    span.addAttributes(text("mdso.time.precision", "s"));
    span.addAttributes(text("mdso.product_name", product));
    if (pair.isIncomplete()) {
      span.addAttributes(flag("mdso.span.incomplete", true));
    }
    if (pair.syntheticStart) {
      span.addAttributes(flag("mdso.span.synthetic_start", true));
    }
    if (open.clamped() || (!pair.isIncomplete() && close.clamped())) {
      span.addAttributes(flag("mdso.time.clamped", true));
    }
    Failure failure = pair.isIncomplete() ? null : failures.get(pair.close);
    if (failure != null) {
      addFailure(span, failure, close);
    }
    return span.build();
  }

  private static void addFailure(Span.Builder span, Failure failure, Step at) {
    String message =
        at.entry().message() == null
            ? failure.text()
            : TraceLogMapper.oneLine(at.entry().message());
    span.addAllAttributes(Otlp.defect(failure.verdict()));
    span.setStatus(error(message));
    span.addEvents(
        Span.Event.newBuilder()
            .setTimeUnixNano(at.nanos())
            .setName("exception")
            .addAttributes(text("exception.type", "mdso.plan_error"))
            .addAttributes(text("exception.message", message))
            .addAttributes(text("mdso.defect_code", failure.verdict().code())));
  }

  private List<MappedRecord> records(long[] spanOfStep) {
    List<MappedRecord> records = new ArrayList<>(steps.size());
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      long spanId = spanOfStep[i] == 0 ? rootOf(i).id : spanOfStep[i];
      records.add(
          new MappedRecord(
              recordKey(step), record(step, spanId, failures.get(i)), failures.get(i)));
    }
    return records;
  }

  private LogRecord record(Step step, long spanId, @Nullable Failure failure) {
    TraceEntry entry = step.entry();
    boolean failed = failure != null;
    LogRecord.Builder record =
        LogRecord.newBuilder()
            .setTimeUnixNano(step.nanos())
            .setSeverityNumber(
                failed ? SeverityNumber.SEVERITY_NUMBER_ERROR : SeverityNumber.SEVERITY_NUMBER_INFO)
            .setSeverityText(failed ? "ERROR" : "INFO")
            .setBody(AnyValue.newBuilder().setStringValue(body(entry)))
            .setTraceId(traceIdBytes)
            .setSpanId(bytes(spanId))
            .addAllAttributes(recordKeys);
    addOptional(record, "resource_id", entry.resourceId());
    addOptional(record, "mdso.process", entry.process());
    addOptional(record, "mdso.state", entry.state());
    addOptional(record, "mdso.log_file", entry.logFile());
    if (failure != null) {
      record.addAllAttributes(Otlp.defect(failure.verdict()));
      if (entry.categorizedError() != null) {
        record.addAttributes(
            text("mdso.categorized_error", SecretMask.mask(entry.categorizedError())));
      }
    }
    if (step.clamped()) {
      record.addAttributes(flag("mdso.time.clamped", true));
    }
    return record.build();
  }

  private static String body(TraceEntry entry) {
    if (entry.message() != null) {
      return SecretMask.mask(entry.message());
    }
    return (entry.state() == null ? "" : entry.state() + " ")
        + Objects.requireNonNullElse(entry.process(), "");
  }

  private long recordKey(Step step) {
    return TraceIds.first8(traceId + "|" + step.nanos() + "|" + step.entry());
  }

  private Span.Builder span(long id, String name) {
    return Span.newBuilder()
        .setTraceId(traceIdBytes)
        .setSpanId(bytes(id))
        .setName(name)
        .setKind(Span.SpanKind.SPAN_KIND_INTERNAL)
        .addAllAttributes(common);
  }

  private static Status error(String message) {
    return Status.newBuilder()
        .setCode(Status.StatusCode.STATUS_CODE_ERROR)
        .setMessage(message)
        .build();
  }

  private static ByteString bytes(long id) {
    return ByteString.copyFrom(ByteBuffer.allocate(8).putLong(0, id));
  }

  private static void addOptional(Span.Builder span, String key, @Nullable String value) {
    if (value != null) {
      span.addAttributes(text(key, value));
    }
  }

  private static void addOptional(LogRecord.Builder record, String key, @Nullable String value) {
    if (value != null) {
      record.addAttributes(text(key, value));
    }
  }

  private static void addIfPresent(List<KeyValue> keys, String key, @Nullable String value) {
    if (value != null) {
      keys.add(text(key, value));
    }
  }
}
