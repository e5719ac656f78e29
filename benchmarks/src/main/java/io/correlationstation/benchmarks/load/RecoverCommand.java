// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.server.journal.Signal;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long a server that was killed over a backlog takes to be ready again. */
@Command(
    name = "recover",
    description = "How long until a server is ready again after it was killed over a backlog.",
    mixinStandardHelpOptions = true)
final class RecoverCommand implements Callable<Integer> {

  @Mixin private Rig rig = new Rig();

  @Option(
      names = "--backlog-bytes",
      paramLabel = "N",
      defaultValue = "1073741824",
      description = "size of the backlog (${DEFAULT-VALUE})")
  private long backlogBytes;

  private RecoverCommand() {}

  @Override
  public Integer call() throws Exception {
    Path home = rig.home();
    try (NullSink sink = NullSink.start()) {
      sink.down(true);
      double fresh;
      double bytes;
      try (ServerProcess server = rig.start(Stage.FORWARD, sink, home);
          Sender sender = rig.sender(server, Signal.TRACES, 80)) {
        fresh = server.readyAfter().toNanos() / 1e9;
        while ((bytes = server.metric("corr_wal_bytes")) < backlogBytes) {
          sender.flatOut(100);
        }
        server.kill();
      }
      try (ServerProcess again = rig.start(Stage.FORWARD, sink, home)) {
        double recovered = again.readyAfter().toNanos() / 1e9;
        System.out.println(
            String.format(
                Locale.ROOT,
                "ready %.2f s after the start over a backlog of %,.0f MB (%.2f s with no data)",
                recovered,
                bytes / (1 << 20),
                fresh));
      }
    } finally {
      Rig.delete(home);
    }
    return 0;
  }
}
