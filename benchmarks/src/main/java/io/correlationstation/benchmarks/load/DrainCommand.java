// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.server.journal.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How fast a backlog leaves, once a destination is back, while intake goes on. */
@Command(
    name = "drain",
    description = "How fast a backlog is delivered after an outage while spans keep coming in.",
    mixinStandardHelpOptions = true)
final class DrainCommand implements Callable<Integer> {

  @Mixin private Rig rig = new Rig();

  @Option(
      names = "--backlog",
      paramLabel = "N",
      defaultValue = "2000000",
      description = "spans that wait (${DEFAULT-VALUE})")
  private long backlog;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "20000",
      description = "spans a second that come in meanwhile (${DEFAULT-VALUE})")
  private double rate;

  private DrainCommand() {}

  @Override
  public Integer call() throws Exception {
    Path home = rig.home();
    try (NullSink sink = NullSink.start();
        ServerProcess server = rig.start(Stage.FORWARD, sink, home);
        Sender sender = rig.sender(server, Signal.TRACES, 80)) {
      sink.down(true);
      sender.flatOut(backlog / sender.items());
      rig.awaitRead(server);
      Thread intake = new Thread(() -> sender.atRate(rate, Duration.ofMinutes(10)), "intake");
      intake.start();
      sink.down(false);
      System.out.println(measure(server, sink));
      sender.stop();
      intake.join();
    } finally {
      Rig.delete(home);
    }
    return 0;
  }

  /** From the first delivery, as until then the destination is given time to recover. */
  private String measure(ServerProcess server, NullSink sink) throws Exception {
    while (sink.spans() == 0) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    long started = System.nanoTime();
    Duration cpu = server.cpu();
    while (sink.spans() < backlog) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    double seconds = (System.nanoTime() - started) / 1e9;
    double perSecond = sink.spans() / seconds;
    return String.format(
        Locale.ROOT,
        "%,d spans delivered in %.2f s: %,.0f spans/s, %.1f times the intake of %,.0f; %.1f CPU s",
        sink.spans(),
        seconds,
        perSecond,
        perSecond / rate,
        rate,
        server.cpu().minus(cpu).toNanos() / 1e9);
  }
}
