// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.agent;

import io.opentelemetry.context.Context;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
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
public class PropagationBenchmark extends KeyedRequest {

  private final Map<String, String> noHeaders = Map.of("accept", "*/*");
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
