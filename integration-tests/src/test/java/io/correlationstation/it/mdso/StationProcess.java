// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.mdso;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real {@code station serve} in a JVM of its own, ended by its handle. */
final class StationProcess implements AutoCloseable {

  private static final Path JAR =
      Path.of(System.getProperty("station.root", ".."))
          .resolve("correlation-server/target/correlation-station.jar");
  private static final Pattern READY = Pattern.compile("API and page on http://[^:]+:(\\d+)/");
  private static final Duration START = Duration.ofSeconds(120);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Path log;
  private final HttpClient client = HttpClient.newHttpClient();
  private int port;

  private StationProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a server on free ports and waits until it is ready.
   *
   * @param environment added to the test's own
   */
  static StationProcess start(Path directory, Map<String, String> environment, String... jvmOptions)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmOptions));
    command.addAll(
        List.of(
            "-jar",
            JAR.toString(),
            "serve",
            "--http-port=0",
            "--otlp-http-port=0",
            "--otlp-grpc-port=0",
            "--log-format=text",
            "--min-free-bytes=0",
            "--data-dir=" + directory.resolve("data")));
    Path log = Files.createTempFile(directory, "serve", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    StationProcess station = new StationProcess(builder.start(), log);
    try {
      station.awaitReady();
      return station;
    } catch (RuntimeException | Error e) {
      station.close();
      throw e;
    }
  }

  /** Variables that point a server at an orchestrator on loopback, collecting by hand only. */
  static Map<String, String> mdso(int port) {
    return Map.of(
        "MDSO_URL", "http://127.0.0.1:" + port,
        "MDSO_ALLOW_INSECURE", "true",
        "MDSO_USER", "demo",
        "MDSO_PASS", "demo",
        "MDSO_CADENCE", "off",
        "MDSO_RATE_LIMIT", "10000");
  }

  private void awaitReady() {
    await()
        .atMost(START)
        .until(
            () -> {
              Matcher ready = READY.matcher(output());
              if (!ready.find()) {
                if (!process.isAlive()) {
                  throw new AssertionError("the server ended:\n" + output());
                }
                return false;
              }
              port = Integer.parseInt(ready.group(1));
              return true;
            });
  }

  String output() throws IOException {
    return Files.readString(log);
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(url() + path)).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(url() + path))
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** Returns the status of the answer. */
  int postJson(String path, String body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return client.send(request, BodyHandlers.ofString()).statusCode();
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    return JSON.readTree(get(path).body());
  }

  /** Starts a collection of a day of network services; gives the path of its job. */
  String trigger() throws IOException, InterruptedException {
    return post("/mdso/trigger-collection?product_type=network_service&time_range=1d", "")
        .headers()
        .firstValue("Location")
        .orElseThrow();
  }

  /** Collects network services to the end; gives the job. */
  JsonNode collect(Duration limit) throws IOException, InterruptedException {
    String job = trigger();
    await()
        .atMost(limit)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> !json(job).path("ended_at").isNull());
    return json(job);
  }

  /** SIGKILL: nothing of the process runs after it. */
  void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor(30, TimeUnit.SECONDS);
  }

  /** SIGTERM, and SIGKILL when that is not enough. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
