// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.it.agent.ChildJvm;
import io.correlationstation.it.library.app.StuckApp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A step is seen at the real server while it runs, and called lost after its process was killed
 * with {@code kill -9}.
 */
class LostStepIT {

  private static final Pattern READY =
      Pattern.compile("page on http\\S+?127\\.0\\.0\\.1:(\\d+)\\S+ OTLP\\S+ on port (\\d+)");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path data;

  private final HttpClient client = HttpClient.newHttpClient();
  private ChildJvm server;
  private String api;
  private String otlp;

  @BeforeEach
  void startServer() {
    server =
        ChildJvm.of("io.correlationstation.server.Station")
            .agent()
            .arguments("serve", "--data-dir", data.toString(), "--http-port", "0")
            .arguments("--otlp-http-port", "0", "--otlp-grpc-port", "0")
            .start();
    await().atMost(PATIENCE).until(() -> READY.matcher(server.output()).find());
    Matcher ready = READY.matcher(server.output());
    assertThat(ready.find()).isTrue();
    api = "http://127.0.0.1:" + ready.group(1);
    otlp = "http://127.0.0.1:" + ready.group(2);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  @Test
  void step_runningThenKilled_isRunningThenLost() throws Exception {
    try (ChildJvm activator =
        ChildJvm.of(StuckApp.class)
            .agent()
            .environment("CORRELATION_GATEWAY_URL", otlp)
            .environment("CORRELATION_HEARTBEAT_SECONDS", "1")
            .set("otel.blrp.schedule.delay", "100")
            .start()) {
      activator.awaitLine("STUCK");
      awaitStates(
          Map.of(
              "activate_circuit",
              "running",
              "reserve",
              "completed",
              "configure_device",
              "running"));

      activator.kill();
    }

    awaitStates(
        Map.of("activate_circuit", "lost", "reserve", "completed", "configure_device", "lost"));
  }

  private void awaitStates(Map<String, String> expected) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(states()).isEqualTo(expected));
  }

  private Map<String, String> states() throws IOException, InterruptedException {
    JsonNode circuit = get("/api/circuits/80.L1XX.000001..TEST");
    Map<String, String> states = new TreeMap<>();
    for (JsonNode journey : circuit.path("journeys")) {
      for (JsonNode step : get("/api/journeys/" + journey.path("id").asText()).path("steps")) {
        JsonNode name = step.path("step").isNull() ? step.path("workflow") : step.path("step");
        states.put(name.asText(), step.path("state").asText());
      }
    }
    return states;
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(api + path)).build();
    return JSON.readTree(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
