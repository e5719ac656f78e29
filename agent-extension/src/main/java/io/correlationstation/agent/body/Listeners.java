// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import io.correlationstation.agent.carry.WeakIdentityMap;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/** The contexts of requests whose bodies are read by listeners. */
public final class Listeners {

  private final WeakIdentityMap<Context> contexts = new WeakIdentityMap<>();

  /** Before a request hands the reading of its body to a listener. */
  public void listening(Object listener) {
    contexts.put(listener, Context.current());
  }

  /** Makes the request's context current for a call of its listener; null when it is already. */
  @SuppressWarnings("MustBeClosedChecker") // exit closes it
  public @Nullable Object enter(Object listener) {
    Context context = contexts.get(listener);
    if (context == null || isInTrace(Context.current())) {
      return null;
    }
    return context.makeCurrent();
  }

  private static boolean isInTrace(Context context) {
    return Span.fromContext(context).getSpanContext().isValid();
  }

  public void exit(Object scope) {
    ((Scope) scope).close();
  }
}
