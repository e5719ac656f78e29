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
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What a request pays for keys in its headers: two of five keys, in headers and in the baggage, as
 * they come from another service with the extension.
 *
 * <p>Expected: {@code inject} allocates nothing; {@code extract} allocates the holder of the keys
 * and the context around it, and nothing else beside what {@code baselineExtract} (the stock
 * baggage propagator) does; {@code prepareCall} returns its argument.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PropagationBenchmark {

  private static final TextMapGetter<Map<String, String>> getter =
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

  private static final TextMapSetter<Blackhole> setter =
      (blackhole, name, value) -> {
        if (blackhole != null) {
          blackhole.consume(value);
        }
      };

  private final Map<String, String> headers =
      Map.of(
          "X-Circuit-Id", "80.L1XX.000001..TEST",
          "X-Product-Id", "product-000001",
          "baggage", "circuit_id=80.L1XX.000001..TEST,product_id=product-000001");
  private final Map<String, String> noHeaders = Map.of("accept", "*/*");
  private final Carrier carrier = Carrier.of(Settings.read(SettingsSource.empty()));
  private final TextMapPropagator stock = W3CBaggagePropagator.getInstance();
  private final TextMapPropagator ours = new CorrelationPropagator(carrier);
  private final Context parsed = stock.extract(Context.root(), headers, getter);
  private final Context request = ours.extract(parsed, headers, getter);
  private final String host = "arda.internal".toLowerCase(Locale.ROOT);

  @Benchmark
  public Context baselineExtract() {
    return stock.extract(Context.root(), headers, getter);
  }

  /** Ours alone, on a context whose baggage is read already. */
  @Benchmark
  public Context extract() {
    return ours.extract(parsed, headers, getter);
  }

  @Benchmark
  public Context extractWithoutKeys() {
    return ours.extract(Context.root(), noHeaders, getter);
  }

  @Benchmark
  public void inject(Blackhole blackhole) {
    ours.inject(request, blackhole, setter);
  }

  @Benchmark
  public Context prepareCall() {
    return carrier.egress().toHost(request, "http", host);
  }
}
