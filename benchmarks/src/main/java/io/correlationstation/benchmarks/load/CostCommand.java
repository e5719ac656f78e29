// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.benchmarks.load.Sender.Sent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What a million spans or log records cost the server, stage after stage: processor seconds of its
 * process from the first request until every reader has caught up.
 */
@Command(
    name = "cost",
    description = "Processor seconds of the server for a million spans or log records.",
    mixinStandardHelpOptions = true)
final class CostCommand implements Callable<Integer> {

  private static final double MILLION = 1e6;

  @Mixin private Rig rig = new Rig();
  @Mixin private SignalOption option = new SignalOption();

  @Option(
      names = "--stages",
      split = ",",
      paramLabel = "STAGE",
      defaultValue = "receive,journal,stitch,journeys,forward",
      description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
  private List<Stage> stages = List.of();

  @Option(
      names = "--items",
      paramLabel = "N",
      defaultValue = "2000000",
      description = "spans or records measured (${DEFAULT-VALUE})")
  private long items;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "spans or records before (${DEFAULT-VALUE})")
  private long warmUp;

  private CostCommand() {}

  @Override
  public Integer call() throws Exception {
    System.out.println(
        "| stage | CPU s/M | of it compiling | items/s | p50 ms | p99 ms | peak RSS MB | B allocated | handoffs |");
    System.out.println("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (Stage stage : stages) {
      System.out.println(measure(stage));
    }
    return 0;
  }

  private String measure(Stage stage) throws IOException, InterruptedException {
    Path home = rig.home();
    try (NullSink sink = NullSink.start();
        ServerProcess server = rig.start(stage, sink, home);
        Sender sender = rig.sender(server, option.signal(), 200)) {
      sender.flatOut(warmUp / sender.items());
      rig.awaitCaughtUp(server, stage);
      Duration cpu = server.cpu();
      Duration compiling = server.compilerCpu();
      long allocated = server.allocatedBytes();
      Sent sent = sender.flatOut(items / sender.items());
      rig.awaitCaughtUp(server, stage);
      double millions = sent.items() / MILLION;
      return String.format(
          Locale.ROOT,
          "| %s | **%.2f** | %.2f | %,.0f | %.1f | %.1f | %d | %d | %,.0f |",
          stage.title(),
          seconds(server.cpu().minus(cpu)) / millions,
          seconds(server.compilerCpu().minus(compiling)) / millions,
          sent.perSecond(),
          sent.millisAt(0.5),
          sent.millisAt(0.99),
          server.peakResidentBytes() >> 20,
          (server.allocatedBytes() - allocated) / sent.items(),
          stage == Stage.RECEIVE ? 0 : rig.handoffs(server));
    } finally {
      Rig.delete(home);
    }
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
