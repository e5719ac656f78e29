// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.process;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.CorrelationPropagator;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Environment variables as a carrier: {@code traceparent} is {@code TRACEPARENT}, {@code
 * X-Circuit-Id} is {@code X_CIRCUIT_ID}, after the OpenTelemetry specification of environment
 * carriers.
 */
public final class Environment {

  private static final TextMapSetter<Map<String, String>> setter =
      (variables, name, value) -> {
        if (variables != null) {
          variables.put(variable(name), value);
        }
      };

  private Environment() {}

  /**
   * Adds the current context to an environment.
   *
   * @return what was there before under the names that were set, null for nothing; null when there
   *     was nothing to add
   */
  public static @Nullable Map<String, String> add(
      Carrier carrier, TextMapPropagator propagator, Map<String, String> environment) {
    Context context = carrier.egress().toProcess(Context.current());
    if (!Span.fromContext(context).getSpanContext().isValid() && !carrier.hasKeys(context)) {
      return null;
    }
    Map<String, String> added = new HashMap<>();
    propagator.inject(context, added, setter);
    Map<String, String> before = new HashMap<>();
    for (Map.Entry<String, String> variable : added.entrySet()) {
      before.put(variable.getKey(), environment.put(variable.getKey(), variable.getValue()));
    }
    return before;
  }

  /** Gives an environment back what {@link #add} has replaced. */
  public static void restore(Map<String, String> environment, Map<String, String> before) {
    for (Map.Entry<String, String> variable : before.entrySet()) {
      if (variable.getValue() == null) {
        environment.remove(variable.getKey());
      } else {
        environment.put(variable.getKey(), variable.getValue());
      }
    }
  }

  /** Reads a context from an environment. */
  static Context read(TextMapPropagator propagator, Context root, Map<String, String> environment) {
    return propagator.extract(root, environment, new Variables());
  }

  static String variable(String name) {
    StringBuilder variable = new StringBuilder(name.toUpperCase(Locale.ROOT));
    for (int i = 0; i < variable.length(); i++) {
      char c = variable.charAt(i);
      if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) {
        variable.setCharAt(i, '_');
      }
    }
    return variable.toString();
  }

  private static final class Variables
      extends CorrelationPropagator.OfProcess<Map<String, String>> {

    @Override
    public Iterable<String> keys(Map<String, String> variables) {
      return variables.keySet();
    }

    @Override
    public @Nullable String get(@Nullable Map<String, String> variables, String name) {
      return variables == null ? null : variables.get(variable(name));
    }
  }
}
