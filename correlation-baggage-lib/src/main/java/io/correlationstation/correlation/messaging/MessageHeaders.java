// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.messaging;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Trace context and keys as names and values, for whatever carries a message or starts a process.
 *
 * <pre>{@code
 * Map<String, String> headers = MessageHeaders.of(Context.current());
 * // … on the other side
 * Context received = MessageHeaders.extract(headers);
 * try (Workflow workflow = Workflow.start("activate_port", received)) {
 *   workflow.end(true);
 * }
 * }</pre>
 *
 * <p>Uses the propagators that OpenTelemetry is set up with, and the keys' own headers where those
 * do not write them. Values that are not allowed are left out on the way in. Nothing is written and
 * nothing is read without an SDK or agent.
 */
public final class MessageHeaders {

  private static final boolean UNDER_AGENT = CurrentTelemetry.isUnderAgent();
  private static final TextMapSetter<BiConsumer<String, String>> SETTER =
      (carrier, name, value) -> {
        if (carrier != null) {
          carrier.accept(name, value);
        }
      };

  private MessageHeaders() {}

  /** The headers that carry a context; empty when there is nothing to carry. */
  public static Map<String, String> of(Context context) {
    Map<String, String> headers = new LinkedHashMap<>();
    inject(context, headers::put);
    return headers;
  }

  /** Writes the headers that carry a context. */
  public static void inject(Context context, BiConsumer<String, String> setter) {
    CurrentTelemetry telemetry = CurrentTelemetry.get();
    if (telemetry.isOff()) {
      return;
    }
    TextMapPropagator propagator = telemetry.propagator();
    propagator.inject(context, setter, SETTER);
    if (addsKeys(propagator)) {
      Correlation.from(context).forEach((key, value) -> setter.accept(key.header(), value));
    }
  }

  /**
   * The context that headers carry, upon the root; other headers are ignored and names compare in
   * any case.
   */
  public static Context extract(Map<String, String> headers) {
    Map<String, String> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach(
        (name, value) -> {
          if (name != null && value != null) {
            anyCase.put(name, value);
          }
        });
    CurrentTelemetry telemetry = CurrentTelemetry.get();
    if (telemetry.isOff()) {
      return Context.root();
    }
    TextMapPropagator propagator = telemetry.propagator();
    Context context = propagator.extract(Context.root(), anyCase, MapGetter.INSTANCE);
    return addsKeys(propagator) ? Correlation.fromHeaders(anyCase::get).storeIn(context) : context;
  }

  /** The agent's own propagator knows the keys, and where they may go. */
  private static boolean addsKeys(TextMapPropagator propagator) {
    return !UNDER_AGENT && !propagator.fields().contains(CorrelationKey.CIRCUIT_ID.header());
  }

  private enum MapGetter implements TextMapGetter<Map<String, String>> {
    INSTANCE;

    @Override
    public Iterable<String> keys(Map<String, String> carrier) {
      return carrier.keySet();
    }

    @Override
    public @Nullable String get(@Nullable Map<String, String> carrier, String name) {
      return carrier == null ? null : carrier.get(name);
    }
  }
}
