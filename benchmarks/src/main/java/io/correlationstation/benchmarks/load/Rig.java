// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.benchmarks.load.Traffic.Orders;
import io.correlationstation.server.journal.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What all commands have in common: which server, in which directory, under which traffic. */
final class Rig {

  private static final Duration CAUGHT_UP_TIMEOUT = Duration.ofMinutes(15);

  /** What {@code ./station serve} gives the virtual machine as well; from the project's root. */
  private static final String STATION_OPTIONS = "@correlation-server/jvm.options";

  @Option(
      names = "--server-jar",
      paramLabel = "FILE",
      defaultValue = "correlation-server/target/correlation-station.jar",
      description = "the server (${DEFAULT-VALUE})")
  private Path serverJar = Path.of("");

  @Option(
      names = "--from-class-path",
      description =
          "take the server from this program's class path and not from its jar, and leave its"
              + " options out")
  private boolean fromClassPath;

  @Option(
      names = "--java-option",
      paramLabel = "OPTION",
      defaultValue = "-Xmx352m",
      description =
          "further options of the server's virtual machine (${DEFAULT-VALUE}); they win over those"
              + " of ./station serve")
  private List<String> javaOptions = List.of();

  @Option(
      names = "--keyed",
      paramLabel = "SHARE",
      defaultValue = "0.05",
      description =
          "share of the traces that are pieces of orders and carry keys (${DEFAULT-VALUE}); below"
              + " 0.047, an order a request, some requests have none")
  private double keyed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "16",
      description = "requests under way at once (${DEFAULT-VALUE})")
  private int threads;

  @Option(names = "--gzip", description = "send compressed")
  private boolean gzip;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "where the server's data goes; default: the system's temporary directory")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  /** Starts the server with the parts of the stage and, for the last one, the destinations. */
  ServerProcess start(Stage stage, NullSink sink, Path home, String... more)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(stage.arguments());
    if (stage == Stage.FORWARD) {
      arguments.add("--tempo-http-endpoint=" + sink.endpoint());
      arguments.add("--loki-url=" + sink.endpoint());
    }
    arguments.addAll(List.of(more));
    List<String> main =
        stage == Stage.RECEIVE
            ? onClassPath(ReceiveOnly.class.getName())
            : fromClassPath
                ? onClassPath("io.correlationstation.server.Station")
                : List.of("-jar", serverJar.toString());
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (!fromClassPath) {
      java.add(STATION_OPTIONS);
    }
    java.addAll(javaOptions);
    return ServerProcess.start(java, main, home, arguments);
  }

  private static List<String> onClassPath(String main) {
    return List.of("-cp", System.getProperty("java.class.path"), main);
  }

  /**
   * @param lag requests between the pieces of an order
   */
  Sender sender(ServerProcess server, Signal signal, int lag) {
    Orders orders = Orders.ofShare(keyed, lag);
    long run = System.nanoTime();
    Batches batches =
        signal == Signal.LOGS ? Batches.ofLogs(orders, run) : Batches.ofSpans(orders, run);
    return new Sender(server.otlp(), batches, gzip, threads);
  }

  /** Waits until every reader has read, and every destination has got, all there is. */
  void awaitCaughtUp(ServerProcess server, Stage stage) throws IOException, InterruptedException {
    await(() -> behind(server, stage) <= 0);
  }

  /** Waits until all but the destinations have read all there is. */
  void awaitRead(ServerProcess server) throws IOException, InterruptedException {
    await(() -> unread(server) <= 0);
  }

  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private static void await(Condition condition) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + CAUGHT_UP_TIMEOUT.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the server does not catch up");
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** What readers have yet to read, in frames, and destinations have yet to get, in items. */
  double behind(ServerProcess server, Stage stage) throws IOException, InterruptedException {
    return stage == Stage.RECEIVE ? 0 : unread(server) + server.metric("corr_export_pending_items");
  }

  private static double unread(ServerProcess server) throws IOException, InterruptedException {
    return server.metric("corr_stitch_unread_frames")
        + server.metric("corr_journey_pending_frames");
  }

  /** Handoffs found since the server's start; an order in every request has two. */
  double handoffs(ServerProcess server) throws IOException, InterruptedException {
    return server.metric("corr_handoffs_total");
  }

  /** A new directory for one server; give it to {@link #delete} in the end. */
  Path home() throws IOException {
    return Files.createTempDirectory(Files.createDirectories(directory), "station-load");
  }

  static void delete(Path home) throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      files.sorted(Comparator.reverseOrder()).forEach(Rig::deleteOne);
    }
  }

  private static void deleteOne(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
