// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.stitch;

import io.correlationstation.benchmarks.stitch.Application.Shape;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.Stitcher;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What six minutes of an application's traffic cost the core alone, when it has learnt the
 * application already; and what a naive scan of each circuit's list costs on the same spans.
 *
 * <p>Expected order: 3 to 10 µs a span, most of it for the disconnected roots; divide the time by
 * the number of spans that {@link StitchLoad} prints.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4)
@Measurement(iterations = 8)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx3g"})
public class StitchCoreBenchmark {

  @Param({"TREE", "QUEUES", "FAN_OUT", "SILENT"})
  private String shape = "TREE";

  private Replay replay = replay(Shape.TREE);
  private Stitcher stitcher = fresh();
  private int round;

  private static Replay replay(Shape shape) {
    return Replay.of(
        new Traffic(new Application(shape, Application.Level.MEDIUM, 1), 1500, 1).spans);
  }

  private static Stitcher fresh() {
    return Stitcher.create(StitchConfig.defaults(), handoff -> {});
  }

  /** Makes the traffic; the first rounds, unmeasured, teach the stitcher. */
  @Setup
  public void learn() {
    replay = replay(Shape.valueOf(shape));
    stitcher = fresh();
  }

  /** Fresh ids and key values, later than the round before. */
  @Setup(Level.Iteration)
  public void freshen() {
    replay.prepare(round++);
  }

  @Benchmark
  public long stitch() {
    replay.play(stitcher);
    return stitcher.statistics().spans();
  }

  @Benchmark
  public long naiveListScan() {
    return NaiveScan.link(replay.spans());
  }
}
