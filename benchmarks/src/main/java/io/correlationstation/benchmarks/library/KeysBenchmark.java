// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.library;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What reading and setting keys costs beside bare baggage. Expected: {@code current} no bytes;
 * {@code makeCurrent} at most 1.5 × {@code bareBaggage}, {@code propagating} at most 1.2 × {@code
 * taskWrapping}.
 */
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KeysBenchmark {

  private static final Executor direct = Runnable::run;

  private final Correlation order =
      Correlation.of(CorrelationKey.CIRCUIT_ID, "80.L1XX.000001..TEST")
          .with(CorrelationKey.PRODUCT_ID, "P-1");
  private final Baggage bare =
      Baggage.builder().put("circuit_id", "80.L1XX.000001..TEST").put("product_id", "P-1").build();
  private final Executor taskWrapping = Context.taskWrapping(direct);
  private final Executor propagating = Correlation.propagating(direct);

  private int ran;
  private final Runnable task = () -> ran++;
  private Scope scope = Scope.noop();

  @Setup(Level.Iteration)
  public void enter() {
    scope = Correlation.of(CorrelationKey.REQUEST_ID, "R-1").makeCurrent();
  }

  @TearDown(Level.Iteration)
  public void leave() {
    scope.close();
  }

  @Benchmark
  public Correlation current() {
    return Correlation.current();
  }

  /** Two keys on an empty context, the baggage made beforehand. */
  @Benchmark
  public int bareBaggage() {
    try (Scope entered = Context.root().with(bare).makeCurrent()) {
      return ran++;
    }
  }

  /** The same with the library. */
  @Benchmark
  public int makeCurrent() {
    try (Scope entered = order.storeIn(Context.root()).makeCurrent()) {
      return ran++;
    }
  }

  /** Two keys on top of one that is there, by hand. */
  @Benchmark
  public int bareBaggageOnTop() {
    try (Scope entered =
        Baggage.current().toBuilder()
            .put("circuit_id", "80.L1XX.000001..TEST")
            .put("product_id", "P-1")
            .build()
            .makeCurrent()) {
      return ran++;
    }
  }

  /** The same with the library. */
  @Benchmark
  public int makeCurrentOnTop() {
    try (Scope entered = order.makeCurrent()) {
      return ran++;
    }
  }

  @Benchmark
  public int taskWrapping() {
    taskWrapping.execute(task);
    return ran;
  }

  @Benchmark
  public int propagating() {
    propagating.execute(task);
    return ran;
  }
}
