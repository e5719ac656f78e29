// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.JournalStatus;
import io.correlationstation.server.receive.ReceiveConfig;
import io.correlationstation.server.receive.Receiver;
import io.javalin.Javalin;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The server's receivers before a journal that forgets at once: what receiving costs by itself. */
@Command(name = "serve")
final class ReceiveOnly implements Runnable {

  @Option(names = "--http-port", required = true)
  private int httpPort;

  @Option(names = "--otlp-http-port", required = true)
  private int otlpPort;

  @Option(names = "--otlp-grpc-port", required = true)
  private int grpcPort;

  /** Taken like the server's, and not used: nothing is kept. */
  @Option(names = "--data-dir")
  private Path dataDir = Path.of("");

  private ReceiveOnly() {}

  public static void main(String[] arguments) {
    new CommandLine(new Parent()).addSubcommand(new ReceiveOnly()).execute(arguments);
  }

  /** So that the command line is the server's. */
  @Command(name = "receive-only")
  private record Parent() {}

  @Override
  public void run() {
    ReceiveConfig config =
        ReceiveConfig.builder().otlpHttpPort(otlpPort).otlpGrpcPort(grpcPort).build();
    try {
      Receiver.start(config, new Forgetful(), new PrometheusRegistry());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    Javalin.create(
            javalin -> {
              javalin.startup.showJavalinBanner = false;
              javalin.routes.get("/ready", context -> context.result("ready"));
              javalin.routes.get("/metrics", context -> context.result(""));
            })
        .start("127.0.0.1", httpPort);
    try {
      Thread.currentThread().join(); // until the process is ended
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Acknowledges at once. */
  private static final class Forgetful implements Journal {

    private final AtomicLong next = new AtomicLong();

    @Override
    public CompletableFuture<Long> append(Frame frame) {
      return CompletableFuture.completedFuture(next.getAndIncrement());
    }

    @Override
    public JournalCursor cursor(String name) throws IOException {
      throw new IOException("nothing is kept");
    }

    @Override
    public Set<String> cursors() {
      return Set.of();
    }

    @Override
    public void forget(String name) {}

    @Override
    public @Nullable Frame read(long sequence) {
      return null;
    }

    @Override
    public JournalStatus status() {
      return new JournalStatus(next.get(), next.get(), 0, 0, null);
    }

    @Override
    public void close() {}
  }
}
