// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import static io.correlationstation.benchmarks.load.Template.mark;
import static io.correlationstation.benchmarks.load.Traffic.SERVICES;
import static io.correlationstation.benchmarks.load.Traffic.SPANS_PER_TRACE;
import static io.correlationstation.benchmarks.load.Traffic.TRACES;
import static io.correlationstation.benchmarks.load.Traffic.number;
import static io.correlationstation.benchmarks.load.Traffic.text;

import io.correlationstation.benchmarks.load.Template.Kind;
import io.correlationstation.server.journal.Signal;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests of 512 log records of about 350 bytes: one for each span of the {@link SpanBatches} of
 * the same number, with its trace id and, for the pieces of orders, with the keys.
 *
 * <p>Thread-safe.
 */
final class LogBatches implements Batches {

  private final long run;
  private final int lag;
  private final Template template;

  LogBatches(int keyedTraces, long run, int lag) {
    this.run = run;
    this.lag = lag;
    this.template = new Template(encode(keyedTraces));
  }

  @Override
  public Signal signal() {
    return Signal.LOGS;
  }

  @Override
  public int items() {
    return TRACES * SPANS_PER_TRACE;
  }

  @Override
  public byte[] request(long number, long nowNanos) {
    return template.copy(new Traffic(run, lag).at(number, nowNanos));
  }

  private static byte[] encode(int keyedTraces) {
    List<ScopeLogs.Builder> scopes = new ArrayList<>();
    for (int service = 0; service < SERVICES.size(); service++) {
      scopes.add(
          ScopeLogs.newBuilder()
              .setScope(InstrumentationScope.newBuilder().setName("com.example.orders.Steps")));
    }
    for (int slot = 0; slot < TRACES; slot++) {
      for (int index = 0; index < SPANS_PER_TRACE; index++) {
        scopes
            .get(Traffic.service(slot, index))
            .addLogRecords(record(slot, index, slot < keyedTraces));
      }
    }
    ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
    for (int service = 0; service < SERVICES.size(); service++) {
      request.addResourceLogs(
          ResourceLogs.newBuilder()
              .setResource(Traffic.resource(service))
              .addScopeLogs(scopes.get(service)));
    }
    return request.build().toByteArray();
  }

  private static LogRecord record(int slot, int index, boolean keyed) {
    LogRecord.Builder record =
        LogRecord.newBuilder()
            .setTimeUnixNano(mark(Kind.START, slot, index))
            .setObservedTimeUnixNano(mark(Kind.END, slot, index))
            .setSeverityNumberValue(9)
            .setSeverityText("INFO")
            .setBody(
                AnyValue.newBuilder()
                    .setStringValue(
                        "step " + index + " of order " + slot * 7919 + " accepted, state PENDING"))
            .setTraceId(Traffic.traceId(slot, index))
            .setSpanId(Traffic.id(Kind.SPAN, slot, index))
            .addAttributes(text("thread.name", "http-nio-8080-exec-" + slot))
            .addAttributes(number("thread.id", 40 + slot));
    if (keyed) {
      record.addAllAttributes(Traffic.keys(slot, index));
    } else {
      record.addAttributes(text("code.function.name", "com.example.orders.Steps.accept"));
    }
    return record.build();
  }
}
