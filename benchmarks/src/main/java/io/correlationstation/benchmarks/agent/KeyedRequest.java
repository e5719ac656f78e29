// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.agent;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.CorrelationPropagator;
import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.Blackhole;

/**
 * State of the benchmarks that handle a request with two of five keys, in headers and in the
 * baggage, as they come from another service with the extension. Benchmarks inherit from it so that
 * its fields are their own, one load away.
 */
abstract class KeyedRequest {

  static final TextMapGetter<Map<String, String>> getter =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> headers) {
          return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
          return headers == null ? null : headers.get(name);
        }
      };

  static final TextMapSetter<Blackhole> setter =
      (blackhole, name, value) -> {
        if (blackhole != null) {
          blackhole.consume(value);
        }
      };

  final Map<String, String> headers =
      Map.of(
          "X-Circuit-Id", "80.L1XX.000001..TEST",
          "X-Product-Id", "product-000001",
          "baggage", "circuit_id=80.L1XX.000001..TEST,product_id=product-000001");
  final Carrier carrier = Carrier.of(Settings.read(SettingsSource.empty()));
  final TextMapPropagator stock = W3CBaggagePropagator.getInstance();
  final CorrelationPropagator ours = new CorrelationPropagator(carrier);

  /** With the baggage read, not yet the headers. */
  final Context parsed = stock.extract(Context.root(), headers, getter);

  final Context request = ours.extract(parsed, headers, getter);
}
