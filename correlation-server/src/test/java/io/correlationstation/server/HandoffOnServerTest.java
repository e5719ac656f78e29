// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.correlationstation.server.forward.FakeTempo;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A handoff's life on a running server: decided, shown, explained, rejected, restarted. */
@Timeout(120)
class HandoffOnServerTest {

  private static final String PARENT_TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CHILD_TRACE = "1af7651916cd43dd8448eb211c80319c";

  private final HttpClient http = RunningServer.HTTP;
  private final ObjectMapper json = new ObjectMapper();

  @TempDir private Path directory;

  private FakeTempo tempo;

  @BeforeEach
  void startTempo() throws Exception {
    tempo = FakeTempo.start();
  }

  @AfterEach
  void stopTempo() throws Exception {
    tempo.close();
  }

  @Test
  void handoff_decided_isShownExplainedAndStaysRejectedOverARestart() throws Exception {
    String id;
    try (CorrelationServer server = start()) {
      Instant begin = Clock.systemUTC().instant();
      send(server, span("order", PARENT_TRACE, "b7ad6b7169203331", 3, begin, 300));
      send(
          server, span("activator", CHILD_TRACE, "c7ad6b7169203331", 2, begin.plusMillis(50), 100));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> get(server, "/metrics").contains("corr_handoffs_total{state=\"linked\"} 1.0"));
      await().atMost(Duration.ofSeconds(2)).until(() -> !handoffs(server).isEmpty());
      JsonNode handoff = handoffs(server).get(0);
      id = handoff.get("id").asText();
      assertThat(handoff.get("child_trace_id").asText()).isEqualTo(CHILD_TRACE);

      assertThat(explain(server, id)).contains("order", "activator", "resource_id", "in all");
      double sum = 0;
      for (JsonNode reason : json.readTree(explain(server, id, "-o", "json")).get("evidence")) {
        sum += reason.get("weight").asDouble();
      }
      assertThat(Math.exp(sum)).isCloseTo(handoff.get("confidence").asDouble(), within(1e-9));

      HttpResponse<String> taken =
          post(
              server,
              "/api/handoffs/" + id + "/verdict",
              "{\"verdict\":\"reject\",\"reason\":\"other order\",\"author\":\"ann\"}");
      assertThat(taken.statusCode()).isEqualTo(202);
      await()
          .atMost(Duration.ofSeconds(2))
          .until(() -> handoff(server, id).get("state").asText().equals("rejected"));
      await()
          .until(
              () ->
                  get(server, "/api/traces/" + CHILD_TRACE)
                      .contains("order_to_activator_retraction"));
      await()
          .until(
              () ->
                  tempo.names().contains("activator activate retraction")
                      && tempo.names().contains("order_to_activator_retraction"));
      assertThat(tempo.names())
          .contains("order_to_activator_bridge", "activator_from_order_marker");
      assertThat(journeyTrace())
          .extracting(Span::getName)
          .containsExactly(
              "journey 80.L1XX.000001..TEST",
              "order activate",
              "activator activate",
              "activator activate retraction");
      assertThat(journeyTrace()).extracting(Span::getTraceId).containsOnly(journeyTraceId());
      assertThat(
              get(
                  server,
                  "/api/traces/" + HexFormat.of().formatHex(journeyTraceId().toByteArray())))
          .contains("journey 80.L1XX.000001..TEST");
      assertThat(get(server, "/metrics"))
          .contains("corr_verdicts_total{state=\"linked\",verdict=\"reject\"} 1.0")
          .contains("corr_calibration_error");
    }

    try (CorrelationServer server = start()) {
      send(
          server,
          span("activator", CHILD_TRACE, "d7ad6b7169203331", 1, Clock.systemUTC().instant(), 1));
      await().until(() -> get(server, "/api/traces/" + CHILD_TRACE).contains("d7ad6b7169203331"));

      assertThat(handoff(server, id).get("state").asText()).isEqualTo("rejected");
      assertThat(handoff(server, id).get("verdicts").get(0).get("author").asText())
          .isEqualTo("ann");
      assertThat(explain(server, id)).contains("reject by ann");
      assertThat(get(server, "/metrics")).contains("corr_calibration_error");
    }
  }

  @Test
  void explain_wrongCalls_sayWhatIsWrong() throws Exception {
    StringWriter err = new StringWriter();
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }

    assertThat(command(new StringWriter(), err, "nonsense")).isEqualTo(Station.USAGE);
    assertThat(
            command(
                new StringWriter(), err, "0".repeat(32), "--server", "http://127.0.0.1:" + free))
        .isEqualTo(Station.UNREACHABLE);
    try (CorrelationServer server = start()) {
      assertThat(
              command(
                  new StringWriter(),
                  err,
                  "0".repeat(32),
                  "--server",
                  "http://127.0.0.1:" + server.httpPort()))
          .isEqualTo(Station.FINDING);
    }
    assertThat(err.toString()).contains("nonsense", "no server answers", "no handoff has the id");
  }

  /** What Tempo has of the journey trace, in the order in which it came. */
  private List<Span> journeyTrace() {
    return tempo.received().stream()
        .filter(
            span ->
                span.getAttributesList().stream()
                    .anyMatch(
                        attribute ->
                            attribute.getKey().equals("bridge.type")
                                && attribute.getValue().getStringValue().equals("journey")))
        .toList();
  }

  private ByteString journeyTraceId() {
    return journeyTrace().get(0).getTraceId();
  }

  private static int command(StringWriter out, StringWriter err, String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "explain";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Station.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all);
  }

  private static String explain(CorrelationServer server, String id, String... more) {
    StringWriter out = new StringWriter();
    String[] arguments = new String[more.length + 3];
    arguments[0] = id;
    arguments[1] = "--server";
    arguments[2] = "http://127.0.0.1:" + server.httpPort();
    System.arraycopy(more, 0, arguments, 3, more.length);
    assertThat(command(out, new StringWriter(), arguments)).isEqualTo(Station.OK);
    return out.toString();
  }

  private CorrelationServer start() throws Exception {
    Map<String, String> all = new HashMap<>();
    all.put("STATION_DATA_DIR", directory.resolve("data").toString());
    all.put("STATION_HTTP_PORT", "0");
    all.put("STATION_OTLP_HTTP_PORT", "0");
    all.put("STATION_OTLP_GRPC_PORT", "0");
    all.put("STATION_JOURNEY_TRACES", "true");
    all.put("TEMPO_HTTP_ENDPOINT", tempo.backend().uri("").toString());
    return CorrelationServer.start(ServerConfig.of(Settings.of(Map.of(), all)));
  }

  private JsonNode handoffs(CorrelationServer server) throws Exception {
    return json.readTree(get(server, "/api/handoffs")).get("items");
  }

  private JsonNode handoff(CorrelationServer server, String id) throws Exception {
    return json.readTree(get(server, "/api/handoffs/" + id));
  }

  private String get(CorrelationServer server, String path) throws Exception {
    return http.send(request(server, path).build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  private void send(CorrelationServer server, String body) throws Exception {
    assertThat(post(server, "/api/otlp/v1/traces", body).statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> post(CorrelationServer server, String path, String body)
      throws Exception {
    return http.send(
        request(server, path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(CorrelationServer server, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path));
  }

  private static String span(
      String service, String trace, String id, int kind, Instant start, long millis) {
    long from = start.getEpochSecond() * 1_000_000_000L + start.getNano();
    return """
        {"resourceSpans":[{"resource":{"attributes":[
          {"key":"service.name","value":{"stringValue":"%s"}}]},
         "scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s","name":"activate","kind":%d,
          "startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[
          {"key":"circuit_id","value":{"stringValue":"80.L1XX.000001..TEST"}},
          {"key":"resource_id","value":{"stringValue":"11111111-1111-4111-8111-111111111111"}}]}]}]}]}
        """
        .formatted(service, trace, id, kind, from, from + millis * 1_000_000);
  }
}
