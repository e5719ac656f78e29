// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.benchmarks.load.Sender.Sent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * How long acknowledgements take at a fixed rate, and whether processor time and memory stay flat:
 * a row a minute.
 */
@Command(
    name = "steady",
    description =
        "Acknowledgement times, processor time and memory at a fixed rate, minute by minute.",
    mixinStandardHelpOptions = true)
final class SteadyCommand implements Callable<Integer> {

  @Mixin private Rig rig = new Rig();
  @Mixin private SignalOption option = new SignalOption();

  @Option(
      names = "--stage",
      paramLabel = "STAGE",
      defaultValue = "forward",
      description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
  private Stage stage = Stage.FORWARD;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "50000",
      description = "spans or records a second (${DEFAULT-VALUE})")
  private double rate;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "10",
      description = "rows measured after one of warm-up (${DEFAULT-VALUE})")
  private int rows;

  @Option(
      names = "--row-seconds",
      paramLabel = "N",
      defaultValue = "60",
      description = "seconds a row (${DEFAULT-VALUE})")
  private int rowSeconds;

  private SteadyCommand() {}

  @Override
  public Integer call() throws Exception {
    Path home = rig.home();
    try (NullSink sink = NullSink.start();
        ServerProcess server = rig.start(stage, sink, home);
        Sender sender = rig.sender(server, option.signal(), lag())) {
      System.out.println(
          "| row | items/s | p50 ms | p99 ms | max ms | CPU s/M | RSS MB | behind | handoffs |");
      System.out.println("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
      for (int row = 0; row <= rows; row++) {
        Duration before = server.cpu();
        Sent sent = sender.atRate(rate, Duration.ofSeconds(rowSeconds));
        double cpu = server.cpu().minus(before).toNanos() / 1e9;
        System.out.println(
            String.format(
                Locale.ROOT,
                "| %s | %,.0f | %.1f | %.1f | %.1f | %.2f | %d | %,.0f | %,.0f |",
                row == 0 ? "warm-up" : Integer.toString(row),
                sent.perSecond(),
                sent.millisAt(0.5),
                sent.millisAt(0.99),
                sent.millisAt(1),
                cpu / (sent.items() / 1e6),
                server.residentBytes() >> 20,
                rig.behind(server, stage),
                rig.handoffs(server)));
      }
      System.out.println("Peak RSS: " + (server.peakResidentBytes() >> 20) + " MB");
    } finally {
      Rig.delete(home);
    }
    return 0;
  }

  /** Two seconds between the pieces of an order. */
  private int lag() {
    return (int) Math.max(1, 2 * rate / (Traffic.TRACES * Traffic.SPANS_PER_TRACE));
  }
}
