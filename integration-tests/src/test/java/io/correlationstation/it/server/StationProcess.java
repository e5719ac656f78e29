// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.Accounting;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code station serve} in a JVM of its own, on free ports. Closing it checks its books and stops
 * it as a service manager does.
 */
public final class StationProcess implements AutoCloseable {

  private static final Path ROOT = Path.of(System.getProperty("station.root", ".."));
  private static final int START_SECONDS = 60;
  private static final int STOP_SECONDS = 30;
  private static final Pattern READY =
      Pattern.compile(
          "ready: .*127\\.0\\.0\\.1:(\\d+)/, OTLP/HTTP on port (\\d+), OTLP/gRPC on port (\\d+)");

  private final Process process;
  private final boolean fresh;
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final CompletableFuture<int[]> ports = new CompletableFuture<>();

  private StationProcess(Process process, boolean fresh) {
    this.process = process;
    this.fresh = fresh;
    Thread reader = new Thread(this::readLog, "station-log");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts the server and returns when it is ready. */
  public static StationProcess start(
      Path dataDir, Map<String, String> settings, String... jvmOptions) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.addAll(List.of(jvmOptions));
    command.add("-jar");
    command.add(ROOT.resolve("correlation-server/target/correlation-station.jar").toString());
    command.add("serve");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(settings);
    builder.environment().put("STATION_DATA_DIR", dataDir.toString());
    builder.environment().put("STATION_HTTP_PORT", "0");
    builder.environment().put("STATION_OTLP_HTTP_PORT", "0");
    builder.environment().put("STATION_OTLP_GRPC_PORT", "0");
    builder.environment().put("STATION_LOG_FORMAT", "text");
    boolean fresh = !Files.exists(dataDir);
    StationProcess station = new StationProcess(builder.start(), fresh);
    try {
      station.ports.get(START_SECONDS, TimeUnit.SECONDS);
      return station;
    } catch (Exception e) {
      station.kill();
      throw new IllegalStateException("the server does not start:\n" + station.log(), e);
    }
  }

  private void readLog() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.add(line);
        Matcher ready = READY.matcher(line);
        if (ready.find()) {
          ports.complete(
              new int[] {
                Integer.parseInt(ready.group(1)),
                Integer.parseInt(ready.group(2)),
                Integer.parseInt(ready.group(3))
              });
        }
      }
    } catch (IOException e) {
      log.add("the log ends: " + e);
    }
    ports.completeExceptionally(new IllegalStateException("the process ended"));
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + ports.join()[0] + path);
  }

  public URI otlp(String path) {
    return URI.create("http://127.0.0.1:" + ports.join()[1] + path);
  }

  int grpcPort() {
    return ports.join()[2];
  }

  Accounting accounting() {
    return Accounting.at(uri("/"));
  }

  public long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What it has written so far. */
  public String log() {
    return String.join("\n", log);
  }

  /** As {@code kill -9}. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  /** As SIGTERM; it has to end within the time a service manager gives. */
  void terminate() throws InterruptedException {
    process.destroy();
    boolean ended = process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended).as("ended within %d s:%n%s", STOP_SECONDS, log()).isTrue();
    assertThat(process.exitValue()).as(log()).isIn(0, 143);
  }

  @Override
  public void close() throws InterruptedException {
    if (!process.isAlive()) {
      return;
    }
    try {
      Accounting.assertBalanced(uri("/"), fresh);
    } finally {
      terminate();
    }
  }
}
