// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole server over real sockets: what a user sees of the wiring. */
class CorrelationServerTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CIRCUIT = "80.L1XX.000001..TEST";

  private final ObjectMapper json = new ObjectMapper();

  @TempDir private Path directory;

  @Test
  void start_nothingSet_isReadyWithEveryPart() throws Exception {
    try (RunningServer server = start(Map.of())) {
      JsonNode ready = json.readTree(get(server, "/ready").body());

      assertThat(get(server, "/ready").statusCode()).isEqualTo(200);
      assertThat(ready.path("checks").properties())
          .extracting(Map.Entry::getKey)
          .contains("journal", "receive", "stitch", "journeys");
      assertThat(get(server, "/health").body()).contains("\"healthy\"");
      assertThat(get(server, "/metrics").body()).contains("correlation_events_total");
      assertThat(get(server, "/").headers().firstValue("content-security-policy")).isPresent();
    }
  }

  @Test
  void trace_sent_isAnsweredByTraceIdAndByCircuit() throws Exception {
    try (RunningServer server = start(Map.of())) {
      assertThat(post(server, "/api/otlp/v1/traces", trace()).statusCode()).isEqualTo(200);

      await().until(() -> get(server, "/api/traces/" + TRACE).statusCode() == 200);
      await().until(() -> get(server, "/api/circuits/" + CIRCUIT).statusCode() == 200);
      assertThat(get(server, "/api/correlations?circuit_id=" + CIRCUIT).body()).contains(TRACE);
    }
  }

  @Test
  void restart_sameDirectory_stillKnowsWhatWasSent() throws Exception {
    try (RunningServer server = start(Map.of())) {
      assertThat(post(server, "/api/otlp/v1/traces", trace()).statusCode()).isEqualTo(200);
    }

    try (RunningServer server = start(Map.of())) {
      await().until(() -> get(server, "/api/traces/" + TRACE).statusCode() == 200);
    }
  }

  @Test
  void basicAuth_on_leavesOnlyHealthAndReadyOpen() throws Exception {
    Map<String, String> auth =
        Map.of("ENABLE_BASIC_AUTH", "true", "BASIC_AUTH_USER", "ops", "BASIC_AUTH_PASS", "s3cret");
    try (RunningServer server = start(auth)) {
      assertThat(get(server, "/health").statusCode()).isEqualTo(200);
      assertThat(get(server, "/ready").statusCode()).isEqualTo(200);
      for (String path :
          new String[] {"/", "/metrics", "/api/correlations", "/api/live", "/mdso/errors"}) {
        HttpResponse<String> answer = get(server, path);
        assertThat(answer.statusCode()).as(path).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate")).as(path).isPresent();
      }
      assertThat(post(server, "/api/otlp/v1/traces", trace()).statusCode()).isEqualTo(401);
      HttpResponse<String> known =
          server.get("/api/correlations", "Authorization", RunningServer.basic("ops", "s3cret"));
      assertThat(known.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void close_someoneFollowsLive_endsTheirConnectionAndStops() throws Exception {
    RunningServer server = start(Map.of());
    HttpResponse<InputStream> live =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(server.uri("/api/live")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    assertThat(live.statusCode()).isEqualTo(200);

    assertTimeoutPreemptively(Duration.ofSeconds(30), server::stop);

    live.body().close();
  }

  @Test
  void mdso_bridgeOff_saysHowToSwitchItOn() throws Exception {
    try (RunningServer server = start(Map.of())) {
      HttpResponse<String> answer = get(server, "/mdso/errors");

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("content-type").orElse(""))
          .startsWith("application/problem+json");
      assertThat(answer.body()).contains("MDSO_URL");
    }
  }

  /** What is away is told, and does not keep senders from a server that can keep what they send. */
  @Test
  void ready_destinationAndOrchestratorAway_isReadyAndSaysWhatIsWrong() throws Exception {
    int closed;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = taken.getLocalPort();
    }
    Map<String, String> settings =
        Map.of(
            "TEMPO_HTTP_ENDPOINT", "http://127.0.0.1:" + closed,
            "MDSO_URL", "http://127.0.0.1:" + closed,
            "MDSO_ALLOW_INSECURE", "true",
            "MDSO_USER", "demo",
            "MDSO_PASS", "hunter2",
            "MDSO_CADENCE", "1s");
    try (RunningServer server = start(settings)) {
      post(server, "/api/otlp/v1/traces", trace());

      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () -> {
                HttpResponse<String> ready = get(server, "/ready");
                JsonNode checks = json.readTree(ready.body()).path("checks");
                assertThat(ready.statusCode()).isEqualTo(200);
                assertThat(checks.path("forward.tempo").path("reason").asText())
                    .isEqualTo("connect");
                assertThat(checks.path("mdso").path("reason").asText()).isNotEmpty();
                assertThat(checks.path("mdso").path("status").asText()).isEqualTo("up");
                assertThat(ready.body()).doesNotContain("hunter2");
              });
    }
  }

  @Test
  void ready_L15_noRoomOnTheDisk_is503WithTheReasonAndSoIsEveryIntake() throws Exception {
    try (RunningServer server = start(Map.of("STATION_MIN_FREE_BYTES", "900TiB"))) {
      HttpResponse<String> ready = get(server, "/ready");
      HttpResponse<String> trace = post(server, "/api/otlp/v1/traces", trace());
      HttpResponse<String> push =
          post(
              server,
              "/loki/api/v1/push",
              "{\"streams\":[{\"stream\":{\"app\":\"a\"},\"values\":[[\"1\",\"x\"]]}]}");

      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(json.readTree(ready.body()).path("checks").path("journal").path("reason").asText())
          .startsWith("disk: ");
      assertThat(get(server, "/health").statusCode()).isEqualTo(200);
      for (HttpResponse<String> refused : List.of(trace, push)) {
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(Integer.parseInt(refused.headers().firstValue("Retry-After").orElse("")))
            .isBetween(1, 5);
      }
      assertThat(server.accounting().sum("corr_receiver_refused_items_total", "reason", "disk"))
          .isEqualTo(2);
    }
  }

  /** What is sent is kept all the same, and read once the store works again. */
  @Test
  void ready_journeysStoreIsBroken_tellsSoAndTurnsNoSenderAway() throws Exception {
    try (RunningServer server = start(Map.of())) {
      String store = "jdbc:sqlite:" + server.dataDir().resolve("journeys.db");
      try (Connection connection = DriverManager.getConnection(store);
          Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = 10000");
        statement.execute("DROP TABLE fragments");
      }
      post(server, "/api/otlp/v1/traces", trace());

      await()
          .untilAsserted(
              () -> {
                HttpResponse<String> ready = get(server, "/ready");
                JsonNode journeys = json.readTree(ready.body()).path("checks").path("journeys");
                assertThat(journeys.path("status").asText()).isEqualTo("down");
                assertThat(journeys.path("reason").asText()).contains("fragments");
                assertThat(ready.statusCode()).isEqualTo(200);
              });
      assertThat(
              post(server, "/api/otlp/v1/traces", trace().replace("create", "read")).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void path_unknown_isAProblemDocument() throws Exception {
    try (RunningServer server = start(Map.of())) {
      HttpResponse<String> answer = get(server, "/api/nothing");

      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.headers().firstValue("content-type").orElse(""))
          .startsWith("application/problem+json");
    }
  }

  @Test
  void openApi_operations_areTheRoutesOfTheMainPort() throws Exception {
    try (RunningServer server = start(Map.of())) {
      Set<String> documented = new TreeSet<>();
      json.readTree(get(server, "/openapi.json").body())
          .path("paths")
          .properties()
          .forEach(
              path ->
                  path.getValue()
                      .fieldNames()
                      .forEachRemaining(
                          method ->
                              documented.add(
                                  method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

      assertThat(server.routes())
          .filteredOn(route -> !route.startsWith("GET /assets/"))
          .containsExactlyInAnyOrderElementsOf(documented);
    }
  }

  @Test
  void dataDirectory_isTheOwnersAlone() throws Exception {
    try (RunningServer server = start(Map.of())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data())))
          .isEqualTo("rwx------");
      try (var files = Files.walk(data())) {
        assertThat(files.filter(Files::isRegularFile))
            .allSatisfy(
                file ->
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------"));
      }
    }
  }

  private Path data() {
    return directory.resolve("data");
  }

  private RunningServer start(Map<String, String> environment) throws Exception {
    return RunningServer.start(data(), environment);
  }

  private static HttpResponse<String> get(RunningServer server, String path) throws Exception {
    return server.get(path);
  }

  private static HttpResponse<String> post(RunningServer server, String path, String body)
      throws Exception {
    return server.postJson(path, body);
  }

  private static String trace() {
    return """
        {"resourceSpans":[{"resource":{"attributes":[
          {"key":"service.name","value":{"stringValue":"beorn"}}]},
         "scopeSpans":[{"spans":[{"traceId":"%s","spanId":"00f067aa0ba902b7","name":"create",
          "kind":2,"startTimeUnixNano":"1767600000000000000","endTimeUnixNano":"1767600001000000000",
          "attributes":[{"key":"circuit_id","value":{"stringValue":"%s"}}]}]}]}]}
        """
        .formatted(TRACE, CIRCUIT);
  }
}
