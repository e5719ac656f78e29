// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole server over real sockets: what a user sees of the wiring. */
class CorrelationServerTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CIRCUIT = "80.L1XX.000001..TEST";

  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();

  @TempDir private Path directory;

  @Test
  void start_nothingSet_isReadyWithEveryPart() throws Exception {
    try (CorrelationServer server = start(Map.of())) {
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
    try (CorrelationServer server = start(Map.of())) {
      assertThat(post(server, "/api/otlp/v1/traces", trace()).statusCode()).isEqualTo(200);

      await().until(() -> get(server, "/api/traces/" + TRACE).statusCode() == 200);
      await().until(() -> get(server, "/api/circuits/" + CIRCUIT).statusCode() == 200);
      assertThat(get(server, "/api/correlations?circuit_id=" + CIRCUIT).body()).contains(TRACE);
    }
  }

  @Test
  void restart_sameDirectory_stillKnowsWhatWasSent() throws Exception {
    try (CorrelationServer server = start(Map.of())) {
      assertThat(post(server, "/api/otlp/v1/traces", trace()).statusCode()).isEqualTo(200);
    }

    try (CorrelationServer server = start(Map.of())) {
      await().until(() -> get(server, "/api/traces/" + TRACE).statusCode() == 200);
    }
  }

  @Test
  void basicAuth_on_leavesOnlyHealthAndReadyOpen() throws Exception {
    Map<String, String> auth =
        Map.of("ENABLE_BASIC_AUTH", "true", "BASIC_AUTH_USER", "ops", "BASIC_AUTH_PASS", "s3cret");
    try (CorrelationServer server = start(auth)) {
      assertThat(get(server, "/health").statusCode()).isEqualTo(200);
      assertThat(get(server, "/ready").statusCode()).isEqualTo(200);
      for (String path :
          new String[] {"/", "/metrics", "/api/correlations", "/api/live", "/mdso/errors"}) {
        HttpResponse<String> answer = get(server, path);
        assertThat(answer.statusCode()).as(path).isEqualTo(401);
        assertThat(answer.headers().firstValue("www-authenticate")).as(path).isPresent();
      }
      assertThat(post(server, "/api/otlp/v1/traces", trace()).statusCode()).isEqualTo(401);
      String basic =
          Base64.getEncoder().encodeToString("ops:s3cret".getBytes(StandardCharsets.UTF_8));
      HttpRequest request =
          request(server, "/api/correlations").header("Authorization", "Basic " + basic).build();
      assertThat(send(request).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void close_someoneFollowsLive_endsTheirConnectionAndStops() throws Exception {
    CorrelationServer server = start(Map.of());
    HttpResponse<InputStream> live =
        http.send(request(server, "/api/live").build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(live.statusCode()).isEqualTo(200);

    assertTimeoutPreemptively(Duration.ofSeconds(30), server::close);

    live.body().close();
  }

  @Test
  void mdso_bridgeOff_saysHowToSwitchItOn() throws Exception {
    try (CorrelationServer server = start(Map.of())) {
      HttpResponse<String> answer = get(server, "/mdso/errors");

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("content-type").orElse(""))
          .startsWith("application/problem+json");
      assertThat(answer.body()).contains("MDSO_URL");
    }
  }

  @Test
  void path_unknown_isAProblemDocument() throws Exception {
    try (CorrelationServer server = start(Map.of())) {
      HttpResponse<String> answer = get(server, "/api/nothing");

      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.headers().firstValue("content-type").orElse(""))
          .startsWith("application/problem+json");
    }
  }

  @Test
  void dataDirectory_isTheOwnersAlone() throws Exception {
    try (CorrelationServer server = start(Map.of())) {
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

  private CorrelationServer start(Map<String, String> environment) throws Exception {
    Map<String, String> all = new HashMap<>(environment);
    all.put("STATION_DATA_DIR", data().toString());
    all.put("STATION_HTTP_PORT", "0");
    all.put("STATION_OTLP_HTTP_PORT", "0");
    all.put("STATION_OTLP_GRPC_PORT", "0");
    return CorrelationServer.start(ServerConfig.of(Settings.of(Map.of(), all)));
  }

  private HttpResponse<String> get(CorrelationServer server, String path) throws Exception {
    return send(request(server, path).build());
  }

  private HttpResponse<String> post(CorrelationServer server, String path, String body)
      throws Exception {
    return send(
        request(server, path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private static HttpRequest.Builder request(CorrelationServer server, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path));
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return http.send(request, HttpResponse.BodyHandlers.ofString());
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
