// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.correlationstation.correlation.logging.JsonEncoder;
import io.correlationstation.it.agent.ChildJvm;
import io.correlationstation.it.library.app.StuckApp;
import io.correlationstation.it.server.StationProcess;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the library tells, as the real server understands it. */
class ServerIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private static final String CIRCUIT = "80.L1XX.000001..TEST";
  private static final String OTHER_CIRCUIT = "80.L1XX.000002..TEST";

  @TempDir private static Path data;

  private static StationProcess server;

  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void startServer() throws Exception {
    server = StationProcess.start(data, Map.of());
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  /** Also after {@code kill -9}. */
  @Test
  void step_runningThenKilled_isRunningThenLost() throws Exception {
    try (ChildJvm activator =
        ChildJvm.of(StuckApp.class)
            .agent()
            .environment("CORRELATION_GATEWAY_URL", server.otlp("").toString())
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

  @Test
  void jsonLine_asARecordOfApiLogs_isFoundByCircuitAndTrace() throws Exception {
    LoggerContext context = new LoggerContext();
    JsonEncoder encoder = new JsonEncoder();
    LoggingEvent event =
        new LoggingEvent(
            "x", context.getLogger("inventory"), Level.WARN, "port is taken", null, null);
    event.setMDCPropertyMap(Map.of("trace_id", "0af7651916cd43dd8448eb211c80319c", "tenant", "t1"));
    String line;
    try (Scope scope = Correlation.of(CorrelationKey.CIRCUIT_ID, OTHER_CIRCUIT).makeCurrent()) {
      line = new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    post("/api/logs", "{\"resource\":{\"service\":\"inventory\"},\"records\":[" + line + "]}");

    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              JsonNode log = get("/api/circuits/" + OTHER_CIRCUIT).at("/journeys/0/logs/0");
              assertThat(log.path("message").asText()).isEqualTo("port is taken");
              assertThat(log.path("severity").asText()).isEqualTo("WARN");
              assertThat(log.path("service").asText()).isEqualTo("inventory");
              assertThat(log.path("trace_id").asText())
                  .isEqualTo("0af7651916cd43dd8448eb211c80319c");
            });
  }

  private void post(String path, String json) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(server.uri(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build();
    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
  }

  private void awaitStates(Map<String, String> expected) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(states()).isEqualTo(expected));
  }

  private Map<String, String> states() throws IOException, InterruptedException {
    JsonNode circuit = get("/api/circuits/" + CIRCUIT);
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
    HttpRequest request = HttpRequest.newBuilder(server.uri(path)).build();
    return JSON.readTree(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
