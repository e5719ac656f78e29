// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import io.correlationstation.agent.bridge.Accessors;
import io.opentelemetry.context.Context;
import java.lang.reflect.Method;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Knows the context that an outgoing call of Reactor Netty was made in. Pieces of a response come
 * on a thread of the event loop, where none is current; but the agent's instrumentation leaves the
 * context of the caller among what subscribers of the call hand on to each other.
 */
final class ReactorCalls {

  /** What a request is written to, and gets the pieces of its response by. */
  static final String CALL = "reactor.netty.http.client.HttpClientOperations";

  private static final String HOLDER =
      "io.opentelemetry.javaagent.instrumentation.reactornetty.v1_0.InstrumentationContexts";

  private ReactorCalls() {}

  /** Returns the context of the caller, or null when the agent has left none. */
  static @Nullable Context contextOf(Object call) throws ReflectiveOperationException {
    Object handedOn = invoke(call, "currentContext");
    Object entries = handedOn == null ? null : invoke(handedOn, "stream");
    if (entries instanceof Stream) {
      for (Iterator<?> each = ((Stream<?>) entries).iterator(); each.hasNext(); ) {
        Object value = ((Map.Entry<?, ?>) each.next()).getValue();
        if (value != null && value.getClass().getName().equals(HOLDER)) {
          return (Context) invoke(value, "getParentContext");
        }
      }
    }
    return null;
  }

  private static @Nullable Object invoke(Object target, String name)
      throws ReflectiveOperationException {
    Method method = Accessors.method(target.getClass(), name);
    return method == null ? null : method.invoke(target);
  }
}
