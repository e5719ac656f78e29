// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.traced;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * An operation under way. It is left by the thread that started it, and ends with its work, or with
 * what the work returned, on whatever thread that is. Whoever ends it elsewhere does so once.
 */
final class Running {

  private static final AttributeKey<String> ENTITY_ID = AttributeKey.stringKey("entity.id");
  private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  private static final int MAX_ENTITY_ID = 128;
  private static final double NANOS_PER_SECOND = 1e9;

  private final CurrentTelemetry telemetry;
  private final Operation operation;
  private final Span span;
  private final Context context;
  private final Scope scope;
  private final long startNanos = System.nanoTime();
  private boolean ended;
  private boolean endsElsewhere;

  private Running(CurrentTelemetry telemetry, Operation operation, Span span, Context parent) {
    this.telemetry = telemetry;
    this.operation = operation;
    this.span = span;
    this.context = parent.with(span);
    this.scope = attach(context);
  }

  @SuppressWarnings("MustBeClosedChecker") // leave() closes it
  private static Scope attach(Context context) {
    return context.makeCurrent();
  }

  static Running start(CurrentTelemetry telemetry, Operation operation, @Nullable Object entityId) {
    Context parent = Context.current();
    SpanBuilder builder =
        telemetry
            .tracer()
            .spanBuilder(operation.spanName())
            .setParent(parent)
            .setSpanKind(operation.kind().spanKind());
    String id = entityId == null ? null : text(entityId);
    if (id != null) {
      builder.setAttribute(ENTITY_ID, id);
    }
    return new Running(telemetry, operation, builder.startSpan(), parent);
  }

  /** Null when the id cannot tell itself, which must not keep the work from being done. */
  private static @Nullable String text(Object entityId) {
    try {
      String text = String.valueOf(entityId.toString());
      return text.length() <= MAX_ENTITY_ID ? text : text.substring(0, MAX_ENTITY_ID);
    } catch (RuntimeException e) {
      return null;
    }
  }

  /** Ends when the result does, if that is to come. */
  void endWith(@Nullable Object result) {
    if (result instanceof CompletionStage) {
      endsElsewhere = true;
      try {
        ((CompletionStage<?>) result).whenComplete((value, failure) -> end(failure));
      } catch (RuntimeException e) { // a stage of some other make that cannot be listened to
        endsElsewhere = false;
      }
    }
  }

  /** Ends with a failure. */
  void fail(Throwable failure) {
    end(failure);
  }

  /** Gives the thread its context back, and ends unless something else does that. */
  void leave() {
    scope.close();
    if (!endsElsewhere) {
      end(null);
    }
  }

  /** Gives the thread its context back; the operation goes on. */
  void leaveOpen() {
    endsElsewhere = true;
    leave();
  }

  void end(@Nullable Throwable failure) {
    if (ended) {
      return;
    }
    ended = true;
    double seconds = (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
    if (failure == null) {
      OperationDurations.record(telemetry, seconds, operation.success(), context);
    } else {
      failed(seconds, unwrap(failure));
    }
    span.end();
  }

  private void failed(double seconds, Throwable failure) {
    String type = failure.getClass().getName();
    span.recordException(failure);
    span.setAttribute(ERROR_TYPE, type);
    span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
    Attributes attributes = operation.failure().toBuilder().put(ERROR_TYPE, type).build();
    OperationDurations.record(telemetry, seconds, attributes, context);
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean wraps = failure instanceof CompletionException || failure instanceof ExecutionException;
    return wraps && cause != null ? cause : failure;
  }
}
