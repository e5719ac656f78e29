// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.context.Context;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Tells how a workflow or step stands, as log records; {@link Activity} says what is in them.
 *
 * <p>The correlation server reads them: a step with a STARTED and no end runs as long as a record
 * comes at least every three times {@code workflow.heartbeat_ms}, and is lost after that.
 */
final class StateLog {

  private static final String EVENT = "workflow.state";
  private static final AttributeKey<String> WORKFLOW = AttributeKey.stringKey("workflow.name");
  private static final AttributeKey<String> STEP = AttributeKey.stringKey("workflow.step");
  private static final AttributeKey<String> STATE = AttributeKey.stringKey("workflow.state");
  private static final AttributeKey<Long> DURATION = AttributeKey.longKey("workflow.duration_ms");
  private static final AttributeKey<Long> HEARTBEAT = AttributeKey.longKey("workflow.heartbeat_ms");

  private final String workflow;
  private final @Nullable String step;
  private long startNanos;

  StateLog(String workflow, @Nullable String step) {
    this.workflow = workflow;
    this.step = step;
  }

  void started(Context context, Duration nextWithin) {
    startNanos = System.nanoTime();
    emit(running(context, "STARTED", Severity.INFO, nextWithin));
  }

  /** A sign of life. */
  void running(Context context, Duration nextWithin) {
    emit(
        running(context, "RUNNING", Severity.DEBUG, nextWithin)
            .setAttribute(DURATION, elapsedMillis()));
  }

  void ended(Context context, boolean success, @Nullable Throwable failure) {
    LogRecordBuilder record =
        success
            ? record(context, "COMPLETED", Severity.INFO)
            : record(context, "FAILED", Severity.ERROR);
    record.setAttribute(DURATION, elapsedMillis());
    if (failure != null) {
      record.setException(failure);
    }
    emit(record);
  }

  private LogRecordBuilder running(
      Context context, String state, Severity severity, Duration nextWithin) {
    LogRecordBuilder record = record(context, state, severity);
    return nextWithin.isZero() ? record : record.setAttribute(HEARTBEAT, nextWithin.toMillis());
  }

  private LogRecordBuilder record(Context context, String state, Severity severity) {
    return CurrentTelemetry.get()
        .logger()
        .logRecordBuilder()
        .setContext(context)
        .setEventName(EVENT)
        .setSeverity(severity)
        .setSeverityText(severity.name())
        .setBody(name() + " " + state)
        .setAllAttributes(attributes(Correlation.from(context)))
        .setAttribute(STATE, state);
  }

  private static void emit(LogRecordBuilder record) {
    record.emit();
  }

  private long elapsedMillis() {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }

  /** What span and records have in common. */
  Attributes attributes(Correlation keys) {
    AttributesBuilder attributes = Attributes.builder().put(WORKFLOW, workflow);
    if (step != null) {
      attributes.put(STEP, step);
    }
    keys.forEach((key, value) -> attributes.put(key.name(), value));
    return attributes.build();
  }

  String workflow() {
    return workflow;
  }

  private String name() {
    return step == null ? workflow : step;
  }
}
