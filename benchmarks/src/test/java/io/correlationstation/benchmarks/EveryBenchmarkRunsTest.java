// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs every benchmark of this module once and briefly, so that none rots. A new benchmark is
 * included by itself; of each parameter the first value is taken, so put the cheapest one first.
 */
class EveryBenchmarkRunsTest {

  private static final TimeValue BRIEFLY = TimeValue.milliseconds(10);

  @TestFactory
  Stream<DynamicTest> benchmark_runBriefly_givesAFigure() {
    List<BenchmarkListEntry> all =
        List.copyOf(
            BenchmarkList.defaultList()
                .getAll(
                    OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
                    List.of()));

    assertThat(all).isNotEmpty();
    return all.stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getUsername(), () -> runs(entry)));
  }

  private static void runs(BenchmarkListEntry entry) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + Pattern.quote(entry.getUsername()) + "$")
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(BRIEFLY)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    entry.getParams().orElse(Map.of()).forEach((name, values) -> options.param(name, values[0]));

    Collection<RunResult> results = new Runner(options.build()).run();

    assertThat(results).hasSize(1);
    assertThat(results.iterator().next().getPrimaryResult().getScore()).isPositive();
  }
}
