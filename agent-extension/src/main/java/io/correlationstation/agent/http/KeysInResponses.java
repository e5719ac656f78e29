// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.http;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Failures;
import io.correlationstation.agent.carry.Key;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.javaagent.bootstrap.http.HttpServerResponseCustomizer;
import io.opentelemetry.javaagent.bootstrap.http.HttpServerResponseMutator;
import java.util.function.BiConsumer;

/**
 * Tells the caller the keys and the trace id of its request. Runs when the request starts: a key
 * that is found later, in a body, is not in the response.
 */
@AutoService(HttpServerResponseCustomizer.class)
public final class KeysInResponses implements HttpServerResponseCustomizer {

  /** Holds 32 hex digits. */
  static final String TRACE_ID = "X-Trace-Id";

  @Override
  public <R> void customize(
      Context serverContext, R response, HttpServerResponseMutator<R> mutator) {
    try {
      Carrier carrier = Carrier.current();
      if (!carrier.isActive() || !carrier.settings().responseHeaders()) {
        return;
      }
      carrier.forEach(serverContext, new Appender<>(response, mutator));
      SpanContext span = Span.fromContext(serverContext).getSpanContext();
      if (span.isValid()) {
        mutator.appendHeader(response, TRACE_ID, span.getTraceId());
      }
    } catch (Throwable failure) {
      Failures.record("response", failure);
    }
  }

  /** No lambda: one that captures is made by way of method handles until C2 has compiled it. */
  private static final class Appender<R> implements BiConsumer<Key, String> {

    private final R response;
    private final HttpServerResponseMutator<R> mutator;

    Appender(R response, HttpServerResponseMutator<R> mutator) {
      this.response = response;
      this.mutator = mutator;
    }

    @Override
    public void accept(Key key, String value) {
      mutator.appendHeader(response, key.header(), value);
    }
  }
}
