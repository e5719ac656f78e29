// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** From the start of the process until it is ready, with no data. */
@Command(
    name = "ready",
    description = "How long a server without data takes from its start until it is ready.",
    mixinStandardHelpOptions = true)
final class ReadyCommand implements Callable<Integer> {

  @Mixin private Rig rig = new Rig();

  @Option(
      names = "--starts",
      paramLabel = "N",
      defaultValue = "5",
      description = "how many starts (${DEFAULT-VALUE})")
  private int starts;

  private ReadyCommand() {}

  @Override
  public Integer call() throws Exception {
    double[] seconds = new double[starts];
    for (int i = 0; i < starts; i++) {
      Path home = rig.home();
      try (NullSink sink = NullSink.start();
          ServerProcess server = rig.start(Stage.FORWARD, sink, home)) {
        seconds[i] = server.readyAfter().toNanos() / 1e9;
      } finally {
        Rig.delete(home);
      }
    }
    Arrays.sort(seconds);
    System.out.println(
        String.format(
            Locale.ROOT,
            "ready after %.2f s (median of %d starts, %.2f to %.2f s)",
            seconds[starts / 2],
            starts,
            seconds[0],
            seconds[starts - 1]));
    return 0;
  }
}
