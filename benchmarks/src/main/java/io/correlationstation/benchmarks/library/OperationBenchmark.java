// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.library;

import io.correlationstation.correlation.traced.Operation;
import io.correlationstation.correlation.traced.TracedProxy;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a traced call costs beside the same span and duration written by hand. Expected: {@code
 * operation} and {@code proxy} at most 1.2 × {@code byHand}. Nothing is exported, so that the span
 * itself is as cheap as it gets.
 */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class OperationBenchmark {

  /** What is traced. */
  public interface Circuits {
    int get(String id);
  }

  private static final String ID = "80.L1XX.000001..TEST";
  private static final double NANOS_PER_SECOND = 1e9;
  private static final AttributeKey<String> ENTITY_ID = AttributeKey.stringKey("entity.id");
  private static final Attributes SUCCESS =
      Attributes.of(
          AttributeKey.stringKey("operation"),
          "Repository.get",
          AttributeKey.stringKey("outcome"),
          "success");
  private static final Operation GET = Operation.repository("get");

  private final Circuits circuits = String::length;
  private final Circuits traced = TracedProxy.repository(Circuits.class, circuits);

  private OpenTelemetrySdk sdk = OpenTelemetrySdk.builder().build();
  private Tracer tracer = sdk.getTracer("bench");
  private DoubleHistogram durations = sdk.getMeter("bench").histogramBuilder("d").build();

  @Setup
  public void start() {
    sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder().build())
            .setMeterProvider(
                SdkMeterProvider.builder()
                    .registerMetricReader(
                        PeriodicMetricReader.builder(new DiscardedMetrics())
                            .setInterval(Duration.ofMinutes(1))
                            .build())
                    .build())
            .build();
    GlobalOpenTelemetry.set(sdk);
    tracer = sdk.getTracer("bench");
    durations = sdk.getMeter("bench").histogramBuilder("bench.duration").setUnit("s").build();
  }

  @TearDown
  public void stop() {
    sdk.close();
    GlobalOpenTelemetry.resetForTest(); // where several benchmarks run in one JVM
  }

  @Benchmark
  public int byHand() {
    long start = System.nanoTime();
    Span span = tracer.spanBuilder("Repository.get").setAttribute(ENTITY_ID, ID).startSpan();
    try (Scope scope = span.makeCurrent()) {
      return circuits.get(ID);
    } catch (Throwable failure) {
      span.recordException(failure);
      span.setStatus(StatusCode.ERROR);
      throw failure;
    } finally {
      durations.record((System.nanoTime() - start) / NANOS_PER_SECOND, SUCCESS);
      span.end();
    }
  }

  @Benchmark
  public int operation() {
    return GET.get(ID, () -> circuits.get(ID));
  }

  @Benchmark
  public int proxy() {
    return traced.get(ID);
  }
}
