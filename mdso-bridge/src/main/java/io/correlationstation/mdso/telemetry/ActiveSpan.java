// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.telemetry;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/**
 * A span of the bridge that is running and current on this thread until {@link #close}. Children
 * and events may come from other threads that carry its context.
 */
public final class ActiveSpan implements AutoCloseable {

  private static final ContextKey<ActiveSpan> KEY = ContextKey.named("mdso-active-span");

  /** Stack traces in events are cut here. */
  private static final int MAX_STACK_TRACE = 4000;

  private final SpanRecorder recorder;
  private final Span.Builder span;
  private final Scope scope;

  @SuppressWarnings("MustBeClosedChecker") // close() closes it
  ActiveSpan(SpanRecorder recorder, Span.Builder span, String traceId, String spanId) {
    this.recorder = recorder;
    this.span = span.setSpanId(Otlp.id(spanId));
    SpanContext self =
        SpanContext.create(traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault());
    this.scope =
        Context.current()
            .with(io.opentelemetry.api.trace.Span.wrap(self))
            .with(KEY, this)
            .makeCurrent();
  }

  static @Nullable ActiveSpan current() {
    return Context.current().get(KEY);
  }

  /** Sets an attribute; null leaves it out. */
  public synchronized ActiveSpan attribute(String key, @Nullable String value) {
    if (value != null) {
      span.addAttributes(Otlp.text(key, value));
    }
    return this;
  }

  public synchronized ActiveSpan attribute(String key, long value) {
    span.addAttributes(Otlp.number(key, value));
    return this;
  }

  /** Adds an event with attributes given as key, value, key, value. */
  public synchronized void event(String name, String... attributes) {
    Span.Event.Builder event =
        Span.Event.newBuilder().setTimeUnixNano(recorder.now()).setName(name);
    for (int i = 0; i < attributes.length; i += 2) {
      event.addAttributes(Otlp.text(attributes[i], attributes[i + 1]));
    }
    span.addEvents(event);
  }

  /** Marks the span failed and keeps the exception with its stack trace as an event. */
  public void fail(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace));
    event(
        "exception",
        "exception.type",
        failure.getClass().getName(),
        "exception.message",
        String.valueOf(failure.getMessage()),
        "exception.stacktrace",
        Otlp.cut(trace.toString(), MAX_STACK_TRACE));
    fail(String.valueOf(failure.getMessage()));
  }

  /** Marks the span failed. */
  public synchronized void fail(String message) {
    span.setStatus(
        Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR).setMessage(message));
  }

  /** Ends the span and gives the thread back its former context. */
  @Override
  public void close() {
    scope.close();
    Span ended;
    synchronized (this) {
      ended = span.setEndTimeUnixNano(recorder.now()).build();
    }
    recorder.finished(ended);
  }
}
