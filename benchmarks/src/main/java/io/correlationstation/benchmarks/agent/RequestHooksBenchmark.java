// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.agent;

import io.correlationstation.agent.body.BodyReading;
import io.correlationstation.agent.carry.KeysOnSpans;
import io.correlationstation.agent.carry.Source;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What each hook on the way of a request costs, two of five keys in headers and baggage.
 *
 * <p>Expected: {@code request}, all of them for a service that calls another one, at most 1 µs or 1
 * % of what the agent alone takes; {@code inject}, {@code call} and {@code noBody} allocate
 * nothing, {@code response} its callback; {@code callWithLateKey} writes a baggage.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RequestHooksBenchmark extends KeyedRequest {

  private final KeysOnSpans onSpans = new KeysOnSpans(carrier);
  private final BodyReading bodies = new BodyReading(carrier);
  private final Context withLateKey = ours.extract(parsed, headers, getter);
  private final SdkTracerProvider tracers = SdkTracerProvider.builder().build();
  private final Span span = tracers.get("benchmark").spanBuilder("GET").startSpan();
  private final Map<String, String> mdc = new HashMap<>(Map.of("trace_id", "0", "span_id", "0"));
  private final Scope current = request.makeCurrent();

  /** Takes a late key into one of the contexts. */
  public RequestHooksBenchmark() {
    carrier.discover(withLateKey, "request_id", "R-1", Source.JSON);
  }

  @TearDown
  public void end() {
    current.close();
    span.end();
    tracers.close();
  }

  /** A request arrives and starts two spans. */
  @Benchmark
  public Context extractAndTwoSpans() {
    Context arrived = ours.extract(parsed, headers, getter);
    onSpans.onStart(arrived, (ReadWriteSpan) span);
    onSpans.onStart(arrived, (ReadWriteSpan) span);
    return arrived;
  }

  /** A further span of a request that has as many open as are remembered. */
  @Benchmark
  public void spanAmongMany() {
    onSpans.onStart(request, (ReadWriteSpan) span);
  }

  @Benchmark
  public void inject(Blackhole blackhole) {
    ours.inject(request, blackhole, setter);
  }

  @Benchmark
  public Context call() {
    return carrier.egress().toHost(request, "http", "arda.internal");
  }

  /** A call after a key was found late: the baggage is written anew. */
  @Benchmark
  public Context callWithLateKey() {
    return carrier.egress().toHost(withLateKey, "http", "arda.internal");
  }

  /** What the response customizer asks for. */
  @Benchmark
  public void response(Blackhole blackhole) {
    carrier.forEach(request, (key, value) -> blackhole.consume(value));
  }

  @Benchmark
  public Map<String, String> mdc() {
    return carrier.withKeys(request, mdc);
  }

  /** A read in a request without JSON. */
  @Benchmark
  public @Nullable Object noBody() {
    return bodies.enter();
  }

  /** All of a request that calls another service once: two spans, one log line, one read. */
  @Benchmark
  public void request(Blackhole blackhole) {
    Context arrived = ours.extract(parsed, headers, getter);
    Context started = carrier.withRequest(arrived);
    onSpans.onStart(started, (ReadWriteSpan) span);
    response(blackhole);
    blackhole.consume(bodies.enter());
    blackhole.consume(carrier.withKeys(started, mdc));
    Context called = carrier.egress().toHost(started, "http", "arda.internal");
    onSpans.onStart(called, (ReadWriteSpan) span);
    ours.inject(called, blackhole, setter);
  }
}
