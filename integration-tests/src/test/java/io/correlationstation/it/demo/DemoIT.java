// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.server.Accounting;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The main job from outside: {@code station demo --once} on free ports, with the server killed in
 * the middle by {@code kill -9}. Everything asserted here comes from the API's answers, which the
 * demo prints as JSON.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoIT {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern SERVER_PROCESS =
      Pattern.compile("server starts on port (\\d+), process (\\d+)");
  private static final long LIMIT_SECONDS = 240;

  private final List<String> progress = Collections.synchronizedList(new ArrayList<>());
  private Process demo;
  private final AtomicBoolean balanced = new AtomicBoolean();
  private volatile URI server;
  private int exitCode;
  private JsonNode result;

  @BeforeAll
  void runDemo_killingTheServerOnTheWay() throws Exception {
    Path data = Files.createDirectories(Path.of("target", "demo-it"));
    demo = new ProcessBuilder(command(data)).start();
    CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(demo));
    CompletableFuture<Void> progressRead = CompletableFuture.runAsync(this::followProgress);
    CompletableFuture<Void> bookkeeping = CompletableFuture.runAsync(this::watchBooks);

    if (!demo.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      demo.destroy();
      fail("the demo did not end within " + LIMIT_SECONDS + " s:\n" + String.join("\n", progress));
    }
    progressRead.get(10, TimeUnit.SECONDS);
    bookkeeping.get(10, TimeUnit.SECONDS);
    exitCode = demo.exitValue();
    result = new ObjectMapper().readTree(output.get(10, TimeUnit.SECONDS));
  }

  @AfterAll
  void stop() {
    demo.destroy();
  }

  @Test
  void demo_serverKilledOnTheWay_startsAgainAndObservesEveryJourney() {
    assertThat(progress).anyMatch(line -> line.contains("the server died and runs again"));
    assertThat(result.path("missing")).as(String.join("\n", progress)).isEmpty();
    assertThat(result.path("complete").asBoolean()).isTrue();
    assertThat(exitCode).isZero();
  }

  @Test
  void demo_serverRunsAgain_itsBooksBalance() {
    assertThat(balanced).as("received = rejected + accepted = durable, at rest").isTrue();
  }

  @Test
  void journey_goodOrder_goesFromBeornOverMdsoToArdaAndCompletes() {
    JsonNode journey = journey("good");

    assertThat(journey.path("state").asText()).isEqualTo("completed");
    assertThat(handoff(journey, "beorn", "mdso-scriptplan").path("confidence").asDouble())
        .isBetween(0.9, 1.0);
    assertThat(handoff(journey, "mdso-scriptplan", "arda").path("confidence").asDouble())
        .isBetween(0.9, 1.0);
  }

  @Test
  void handoffs_everyLinkedOne_explainsItself() {
    for (JsonNode order : result.path("orders")) {
      for (JsonNode handoff : order.path("journey").path("handoffs")) {
        if (handoff.path("state").asText().equals("linked")) {
          assertThat(handoff.path("evidence")).isNotEmpty();
          assertThat(handoff.path("model_version").asText()).isNotEmpty();
        }
      }
    }
  }

  @Test
  void journey_failedOrder_carriesItsDefectCode() {
    JsonNode journey = journey("failing");

    assertThat(journey.path("state").asText()).isEqualTo("failed");
    assertThat(journey.path("defect_code").asText())
        .as(
            "the code of the device that did not answer, not of the parent that says a child failed")
        .isEqualTo("DE-1001");
  }

  @Test
  void journeys_twoConcurrentOrdersOnOneCircuit_areKeptApart() {
    Set<String> first = traceIds(journey("same circuit 1"));
    Set<String> second = traceIds(journey("same circuit 2"));

    assertThat(first).isNotEmpty().doesNotContainAnyElementsOf(second);
    assertThat(order("same circuit 1").path("circuit_id").asText())
        .isEqualTo(order("same circuit 2").path("circuit_id").asText());
    assertThat(servicesOf(journey("same circuit 1"))).contains("beorn", "mdso-scriptplan", "arda");
    assertThat(servicesOf(journey("same circuit 2"))).contains("beorn", "mdso-scriptplan", "arda");
  }

  private static List<String> command(Path data) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dstation.home=" + ROOT);
    command.add("-jar");
    command.add(ROOT.resolve("correlation-server/target/correlation-station.jar").toString());
    command.addAll(List.of("demo", "--once", "-o", "json", "--data-dir"));
    command.add(Files.createTempDirectory(data, "run").toString());
    for (String port :
        List.of("http", "otlp-http", "otlp-grpc", "beorn", "palantir", "arda", "mdso")) {
      command.addAll(List.of("--" + port + "-port", "0"));
    }
    return command;
  }

  /**
   * Reads the demo's progress and kills the server once the orders are placed and MDSO works on
   * them.
   */
  private void followProgress() {
    long serverProcess = -1;
    String serverPort = "";
    try (BufferedReader lines = demo.errorReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        progress.add(line);
        Matcher process = SERVER_PROCESS.matcher(line);
        if (process.find()) {
          serverPort = process.group(1);
          serverProcess = Long.parseLong(process.group(2));
        }
        if (line.contains("the server died and runs again")) {
          server = URI.create("http://127.0.0.1:" + serverPort);
        }
        if (line.contains("beorn took all orders")) {
          ProcessHandle.of(serverProcess).orElseThrow().destroyForcibly();
        }
      }
    } catch (IOException e) {
      progress.add("progress ended: " + e);
    }
  }

  /** The server ends with the demo, so its books are looked at again and again until then. */
  private void watchBooks() {
    while (demo.isAlive() && !balanced.get()) {
      URI address = server;
      balanced.set(address != null && Accounting.balances(address, false));
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }
  }

  private static String read(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  private JsonNode order(String label) {
    return stream(result.path("orders"))
        .filter(order -> order.path("label").asText().equals(label))
        .findFirst()
        .orElseThrow();
  }

  private JsonNode journey(String label) {
    return order(label).path("journey");
  }

  private static JsonNode handoff(JsonNode journey, String parent, String child) {
    return stream(journey.path("handoffs"))
        .filter(handoff -> handoff.path("state").asText().equals("linked"))
        .filter(handoff -> handoff.path("parent_service").asText().equals(parent))
        .filter(handoff -> handoff.path("child_service").asText().equals(child))
        .findFirst()
        .orElseThrow();
  }

  private static Set<String> traceIds(JsonNode journey) {
    Set<String> ids = new HashSet<>();
    journey.path("fragments").forEach(fragment -> ids.add(fragment.path("trace_id").asText()));
    return ids;
  }

  private static Set<String> servicesOf(JsonNode journey) {
    Set<String> services = new HashSet<>();
    journey
        .path("fragments")
        .forEach(
            fragment ->
                fragment.path("services").forEach(service -> services.add(service.asText())));
    return services;
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
