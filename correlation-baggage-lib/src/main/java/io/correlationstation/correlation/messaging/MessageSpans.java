// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.messaging;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.List;

/**
 * Spans around messages of one system, named {@code send <destination>} and {@code process
 * <destination>} after the semantic conventions.
 */
final class MessageSpans {

  static final boolean UNDER_AGENT = CurrentTelemetry.isUnderAgent();

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  private static final AttributeKey<String> DESTINATION =
      AttributeKey.stringKey("messaging.destination.name");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("messaging.operation.type");
  private static final AttributeKey<Long> COUNT =
      AttributeKey.longKey("messaging.batch.message_count");

  private final String system;

  MessageSpans(String system) {
    this.system = system;
  }

  /** A span below the current one, for the caller to end. */
  Span startSend(String destination) {
    return span("send", destination, SpanKind.PRODUCER, Context.current()).startSpan();
  }

  static void end(Span span, Throwable failure) {
    record(span, failure);
    span.end();
  }

  private static void record(Span span, Throwable failure) {
    span.recordException(failure);
    span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
  }

  /** Does the work of one message, in a span below the one that sent it. */
  <E extends Exception> void process(String destination, Context sent, MessageWork<E> work)
      throws E {
    if (CurrentTelemetry.get().isOff() || agentDoesIt()) {
      work.run();
      return;
    }
    Span span = span("process", destination, SpanKind.CONSUMER, sent).startSpan();
    run(span, sent.with(span), work);
  }

  /** The agent's instrumentation of the client made a span for the message, with its keys. */
  private static boolean agentDoesIt() {
    return UNDER_AGENT && Span.current().getSpanContext().isValid();
  }

  /** Does the work of many messages, in one span that links to each; keys that all share hold. */
  <E extends Exception> void processBatch(
      String destination, List<Context> sent, MessageWork<E> work) throws E {
    if (CurrentTelemetry.get().isOff()) {
      work.run();
      return;
    }
    Context parent = sharedKeys(sent).storeIn(Context.current());
    SpanBuilder builder =
        span("process", destination, SpanKind.CONSUMER, parent)
            .setAttribute(COUNT, (long) sent.size());
    for (Context message : sent) {
      SpanContext sender = Span.fromContext(message).getSpanContext();
      if (sender.isValid()) {
        builder.addLink(sender);
      }
    }
    Span span = builder.startSpan();
    run(span, parent.with(span), work);
  }

  private static Correlation sharedKeys(List<Context> sent) {
    Correlation shared = sent.isEmpty() ? Correlation.empty() : Correlation.from(sent.get(0));
    for (Context message : sent) {
      shared = shared.common(Correlation.from(message));
    }
    return shared;
  }

  private static <E extends Exception> void run(Span span, Context context, MessageWork<E> work)
      throws E {
    try (Scope scope = context.makeCurrent()) {
      work.run();
    } catch (Throwable failure) {
      record(span, failure);
      throw failure;
    } finally {
      span.end();
    }
  }

  private SpanBuilder span(String operation, String destination, SpanKind kind, Context parent) {
    return CurrentTelemetry.get()
        .tracer()
        .spanBuilder(operation + " " + destination)
        .setParent(parent)
        .setSpanKind(kind)
        .setAttribute(SYSTEM, system)
        .setAttribute(DESTINATION, destination)
        .setAttribute(OPERATION, operation);
  }
}
