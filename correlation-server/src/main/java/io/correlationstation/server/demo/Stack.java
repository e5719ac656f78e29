// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Every part of the demo as a process of its own: the server, the stubbed MDSO and the three
 * services under the OpenTelemetry agent with our extension.
 *
 * <p>A server that dies is started again on the same data, as a service manager would; any other
 * death ends the demo.
 */
final class Stack implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofSeconds(120);

  private final DemoOptions options;
  private final DemoPorts ports;
  private final String unreachableCircuit;
  private final Progress progress;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final List<ChildJvm> services = new ArrayList<>();
  private final Thread keeper;
  private volatile ChildJvm server;
  private volatile boolean closing;

  private Stack(DemoOptions options, DemoPorts ports, String unreachableCircuit, Progress progress)
      throws IOException {
    this.options = options;
    this.ports = ports;
    this.unreachableCircuit = unreachableCircuit;
    this.progress = progress;
    this.server = startServer();
    this.keeper = new Thread(this::keepServerRunning, "demo-server-keeper");
    keeper.setDaemon(true);
    keeper.start();
  }

  /** Starts everything and returns when every part answers. */
  static Stack start(
      DemoOptions options, DemoPorts ports, String unreachableCircuit, Progress progress)
      throws IOException, InterruptedException {
    Stack stack = new Stack(options, ports, unreachableCircuit, progress);
    try {
      stack.startServices();
      return stack;
    } catch (IOException | InterruptedException | RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private void startServices() throws IOException, InterruptedException {
    progress.say("server starts on port " + ports.http() + ", process " + server.pid());
    services.add(startStub());
    services.add(startSample("beorn", ports.beorn()));
    services.add(startSample("palantir", ports.palantir()));
    services.add(startSample("arda", ports.arda()));
    progress.say("beorn, palantir and arda start under the OpenTelemetry agent, the MDSO without");
    awaitAnswer("server", ports.http(), "/ready");
    awaitAnswer("mdso-stub", ports.mdso(), "/health");
    awaitAnswer("beorn", ports.beorn(), "/health");
    awaitAnswer("palantir", ports.palantir(), "/health");
    awaitAnswer("arda", ports.arda(), "/health");
  }

  private ChildJvm startServer() throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("STATION_DATA_DIR", options.dataDir().resolve("server").toString());
    environment.put("STATION_HTTP_PORT", Integer.toString(ports.http()));
    environment.put("STATION_OTLP_HTTP_PORT", Integer.toString(ports.otlpHttp()));
    environment.put("STATION_OTLP_GRPC_PORT", Integer.toString(ports.otlpGrpc()));
    environment.put("STATION_LOG_FORMAT", "text");
    environment.put("MDSO_URL", loopback(ports.mdso()));
    environment.put("MDSO_ALLOW_INSECURE", "true");
    environment.put("MDSO_USER", "demo");
    environment.put("MDSO_PASS", "demo");
    environment.put("MDSO_CADENCE", "3s");
    environment.put("MDSO_RATE_LIMIT", "50");
    return start(
        "server", jar("correlation-server/target/correlation-station.jar", "serve"), environment);
  }

  private ChildJvm startStub() throws IOException {
    return start(
        "mdso-stub",
        jar("sample-services/mdso-stub/target/mdso-stub.jar"),
        Map.of(
            "PORT", Integer.toString(ports.mdso()),
            "ARDA_URL", loopback(ports.arda()),
            "MDSO_STUB_UNREACHABLE", unreachableCircuit));
  }

  private ChildJvm startSample(String name, int port) throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.add("-javaagent:" + file("agent-extension/target/agent/opentelemetry-javaagent.jar"));
    arguments.add("-Dotel.javaagent.extensions=" + extension());
    arguments.addAll(jar("sample-services/" + name + "/target/" + name + ".jar"));
    Map<String, String> environment = new HashMap<>();
    environment.put("PORT", Integer.toString(port));
    environment.put("BEORN_URL", loopback(ports.beorn()));
    environment.put("PALANTIR_URL", loopback(ports.palantir()));
    environment.put("ARDA_URL", loopback(ports.arda()));
    environment.put("MDSO_URL", loopback(ports.mdso()));
    environment.put("OTEL_SERVICE_NAME", name);
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", loopback(ports.otlpHttp()));
    environment.put("OTEL_BSP_SCHEDULE_DELAY", "500");
    environment.put("OTEL_BLRP_SCHEDULE_DELAY", "500");
    environment.put("OTEL_METRIC_EXPORT_INTERVAL", "5000");
    return start(name, arguments, environment);
  }

  private ChildJvm start(String name, List<String> arguments, Map<String, String> environment)
      throws IOException {
    return ChildJvm.start(name, options.dataDir().resolve("logs"), arguments, environment);
  }

  private List<String> jar(String path, String... arguments) {
    List<String> command = new ArrayList<>(List.of("-jar", file(path)));
    command.addAll(List.of(arguments));
    return command;
  }

  private String extension() throws IOException {
    Path target = options.home().resolve("agent-extension/target");
    try (var jars = Files.newDirectoryStream(target, "agent-extension-*.jar")) {
      for (Path jar : jars) {
        if (!jar.getFileName().toString().matches(".*-(sources|javadoc|tests)\\.jar")) {
          return jar.toString();
        }
      }
    }
    throw new DemoFailure("there is no agent-extension-*.jar in " + target + "; build the project");
  }

  private String file(String path) {
    Path file = options.home().resolve(path);
    if (!Files.isRegularFile(file)) {
      throw new DemoFailure(file + " is missing; build the project");
    }
    return file.toString();
  }

  private static String loopback(int port) {
    return "http://127.0.0.1:" + port;
  }

  private void awaitAnswer(String name, int port, String path)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!answers(port, path)) {
      requireServicesAlive();
      if (System.nanoTime() > deadline) {
        throw new DemoFailure(
            name
                + " does not answer on port "
                + port
                + " after "
                + START_LIMIT.toSeconds()
                + " s; logs: "
                + options.dataDir().resolve("logs"));
      }
      pause();
    }
    progress.say(name + " answers on port " + port);
  }

  private boolean answers(int port, String path) throws InterruptedException {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(loopback(port) + path))
              .timeout(Duration.ofSeconds(3))
              .build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** Throws when a part other than the server has ended. */
  void requireServicesAlive() {
    for (ChildJvm service : services) {
      if (!closing && !service.alive()) {
        throw new DemoFailure(service.epitaph());
      }
    }
  }

  /** Waits a fifth of a second between two looks at a condition. */
  static void pause() throws InterruptedException {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private void keepServerRunning() {
    int restarts = 0;
    while (!closing) {
      try {
        pause();
        if (!closing && !server.alive() && restarts++ < 5) {
          server = startServer();
          progress.say("the server died and runs again on the same data, process " + server.pid());
        }
      } catch (InterruptedException e) {
        return;
      } catch (IOException e) {
        progress.say("the server can't be started again: " + e.getMessage());
        return;
      }
    }
  }

  /** Services first, so that what they still hold reaches the server; the server last. */
  @Override
  public void close() {
    closing = true;
    keeper.interrupt();
    services.parallelStream().forEach(ChildJvm::close);
    server.close();
  }
}
