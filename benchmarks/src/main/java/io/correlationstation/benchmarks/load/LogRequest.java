// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import static io.correlationstation.benchmarks.load.Template.mark;
import static io.correlationstation.benchmarks.load.Traffic.SERVICES;
import static io.correlationstation.benchmarks.load.Traffic.number;
import static io.correlationstation.benchmarks.load.Traffic.text;

import io.correlationstation.benchmarks.load.Template.Kind;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import java.util.List;

/**
 * The template of a request of 512 log records of about 350 bytes: one for each span of a {@link
 * SpanRequest}, with its trace id and, for the pieces of orders, with the keys.
 */
final class LogRequest {

  private static final InstrumentationScope SCOPE =
      InstrumentationScope.newBuilder().setName("com.example.orders.Steps").build();

  private LogRequest() {}

  /**
   * @param keyedTraces how many of the traces belong to orders
   */
  static byte[] encode(int keyedTraces) {
    List<List<LogRecord>> records =
        Traffic.byService((slot, index) -> record(slot, index, slot < keyedTraces));
    ExportLogsServiceRequest.Builder request = ExportLogsServiceRequest.newBuilder();
    for (int service = 0; service < SERVICES.size(); service++) {
      request.addResourceLogs(
          ResourceLogs.newBuilder()
              .setResource(Traffic.resource(service))
              .addScopeLogs(
                  ScopeLogs.newBuilder().setScope(SCOPE).addAllLogRecords(records.get(service))));
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
