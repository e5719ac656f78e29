// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MdsoStubServerTest {

  private static final String TOKENS = "/tron/api/v1/tokens";
  private static final String RESOURCES = "/bpocore/market/api/v1/resources";
  private static final String UNREACHABLE = "80.L1XX.000009..TEST";

  private static final WireMockServer arda = new WireMockServer(options().dynamicPort());
  private static MdsoStubServer mdso;

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    arda.start();
    arda.stubFor(any(urlPathEqualTo("/arda/api/v1/topology")).willReturn(okJson("{}")));
    mdso = MdsoStubServer.start(config(0));
  }

  @AfterAll
  static void stop() {
    mdso.close();
    arda.stop();
  }

  @Test
  void health_withoutToken_isHealthy() throws Exception {
    HttpResponse<String> answer = send(request("/health"));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"status\":\"healthy\"}");
  }

  @Test
  void login_json_is201WithATokenThatWorks() throws Exception {
    HttpResponse<String> answer =
        send(post(TOKENS, "{\"username\":\"demo\",\"password\":\"secret\",\"tenant\":\"master\"}"));

    JsonNode login = json.readTree(answer.body());
    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(login.path("isSuccessful").asBoolean()).isTrue();
    assertThat(login.path("timeout").asInt()).isEqualTo(3_600);
    assertThat(send(authorized(request(RESOURCES), login.path("token").asText())).statusCode())
        .isEqualTo(200);
  }

  @Test
  void login_form_is201WithATokenThatWorks() throws Exception {
    HttpRequest.Builder form =
        request(TOKENS)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("username=demo&password=secret&authType=password"));

    HttpResponse<String> answer = send(form);

    assertThat(answer.statusCode()).isEqualTo(201);
    String token = json.readTree(answer.body()).path("token").asText();
    assertThat(send(authorized(request(RESOURCES), token)).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"username\":\"demo\",\"password\":\"wrong\"} | 401",
        "{\"username\":\"demo\"} | 401",
        "{\"username\":1,\"password\":2} | 401",
        "{\"username\": | 400",
        "[] | 400",
        "'' | 400"
      })
  void login_badCredentialsOrBody_isRefusedInTheGatewaysShape(String body, int status)
      throws Exception {
    HttpResponse<String> answer = send(post(TOKENS, body));

    assertGatewayError(answer, status);
    assertThat(answer.body()).doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {RESOURCES, RESOURCES + "/count", TOKENS, "/tron/api/v1/logout", "/any"})
  void anything_noToken_is401(String path) throws Exception {
    assertGatewayError(send(request(path)), 401);
    assertGatewayError(send(authorized(request(path), "0123456789abcdef0123")), 401);
  }

  @Test
  void deleteToken_ownToken_is204AndOver() throws Exception {
    String token = login();

    HttpResponse<String> answer = send(authorized(request(TOKENS + "/" + token), token).DELETE());

    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(answer.body()).isEmpty();
    assertGatewayError(send(authorized(request(RESOURCES), token)), 401);
  }

  @Test
  void logout_ownToken_isOver() throws Exception {
    String token = login();

    assertThat(send(authorized(post("/tron/api/v1/logout", "{}"), token)).statusCode())
        .isEqualTo(200);

    assertGatewayError(send(authorized(request(RESOURCES), token)), 401);
  }

  @Test
  void create_goodOrder_isRequestedThenActivatingThenActive() throws Exception {
    String token = login();

    HttpResponse<String> answer = order(token, "80.L1XX.000101..TEST");

    JsonNode created = json.readTree(answer.body());
    String id = created.path("id").asText();
    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(UUID.fromString(id)).isNotNull();
    assertThat(created.path("orchState").asText()).isEqualTo("requested");
    assertThat(created.path("createdAt").asText()).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}Z");
    await().until(() -> read(token, id).path("orchState").asText().equals("activating"));
    await().until(() -> read(token, id).path("orchState").asText().equals("active"));
    assertThat(read(token, id).path("revision").asLong())
        .isGreaterThan(created.path("revision").asLong());
    JsonNode traceLog = traceLogs(token, id).get(0).path("properties");
    assertThat(traceLog.path("orchestration_trace")).hasSize(8);
    assertThat(traceLog.path("circuit_name").asText()).isEqualTo("80.L1XX.000101..TEST");
  }

  @Test
  void create_requestFullOfContext_nothingOfItReachesArda() throws Exception {
    String token = login();
    HttpRequest.Builder order =
        authorized(post(RESOURCES, orderBody("80.L1XX.000102..TEST")), token)
            .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .header("tracestate", "vendor=1")
            .header("baggage", "circuit_id=80.L1XX.000102..TEST,request_id=req-7")
            .header("b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1")
            .header("X-Circuit-Id", "80.L1XX.000102..TEST")
            .header("X-Request-Id", "req-7");

    String id = json.readTree(send(order).body()).path("id").asText();

    await().until(() -> !calls("80.L1XX.000102..TEST").isEmpty());
    LoggedRequest call =
        arda.findAll(
                getRequestedFor(
                    urlEqualTo("/arda/api/v1/topology?circuit_id=80.L1XX.000102..TEST")))
            .get(0);
    assertThat(call.getAllHeaderKeys())
        .extracting(name -> name.toLowerCase(Locale.ROOT))
        .containsExactlyInAnyOrder("accept", "content-length", "host", "user-agent");
    assertThat(traceLogs(token, id).toString()).doesNotContain("0af7651916cd43dd", "req-7");
    assertThat(read(token, id).toString()).doesNotContain("0af7651916cd43dd", "req-7");
  }

  @Test
  void create_unreachableDevice_failsWithReasonAndCategory() throws Exception {
    String token = login();

    String id = json.readTree(order(token, UNREACHABLE).body()).path("id").asText();

    await().until(() -> read(token, id).path("orchState").asText().equals("failed"));
    assertThat(read(token, id).path("reason").asText())
        .contains("Error in scripts.example.portactivation.Activate, unable to connect to device");
    assertThat(traceLogs(token, id).get(0).findValuesAsText("categorized_error"))
        .containsExactly(
            "MDSO | Connectivity Error - Device Connect: unable to connect to device EXPLTXAA01W");
  }

  @Test
  void create_twoOrdersOfOneCircuit_runTogetherButCollectOneAfterTheOther() throws Exception {
    String token = login();
    String circuit = "80.L1XX.000103..TEST";

    List<String> ids = new ArrayList<>();
    for (int n = 0; n < 2; n++) {
      ids.add(json.readTree(order(token, circuit).body()).path("id").asText());
    }

    await().until(() -> states(token, ids).equals(List.of("activating", "activating")));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> states(token, ids).equals(List.of("active", "active")));
    List<Interval> collectors = new ArrayList<>();
    for (String id : ids) {
      collectors.add(collector(traceLogs(token, id).get(0).path("properties")));
    }
    collectors.sort(Comparator.comparing(Interval::start));
    List<Instant> calls = calls(circuit);
    assertThat(collectors.get(1).start()).isAfter(collectors.get(0).end());
    assertThat(calls).hasSize(2);
    for (int n = 0; n < 2; n++) {
      assertThat(calls.get(n)).isBetween(collectors.get(n).start(), collectors.get(n).end());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{}",
        "{\"properties\":{}}",
        "{\"properties\":7,\"label\":\"A\"}",
        "{\"label\":\"A\",\"properties\":{\"circuit_id\":\"B\"}}",
        "{\"label\":\"A\",\"properties\":{\"circuit_id\":\"A\"},\"resourceTypeId\":\"other\"}",
        "{\"label\":\"A\",\"properties\":{\"circuit_id\":\"A\"},\"productId\":\"other\"}"
      })
  void create_badBody_is400(String body) throws Exception {
    assertGatewayError(send(authorized(post(RESOURCES, body), login())), 400);
  }

  @Test
  void list_byTypeAndLabel_pagesAndCounts() throws Exception {
    String token = login();
    for (int n = 0; n < 3; n++) {
      order(token, "80.L1XX.000104..TEST");
    }
    String query = "?exactTypeId=example.resourceTypes.NetworkService&obfuscate=true&q=label:";
    String filter = query + "80.L1XX.000104..TEST";

    JsonNode first = get(token, RESOURCES + filter + "&limit=2");
    JsonNode last =
        get(
            token,
            RESOURCES
                + "?pageToken="
                + URLEncoder.encode(first.path("nextPageToken").asText(), StandardCharsets.UTF_8));

    assertThat(first.path("items")).hasSize(2);
    assertThat(first.path("total").asInt()).isEqualTo(3);
    assertThat(last.path("items")).hasSize(1);
    assertThat(last.has("nextPageToken")).isFalse();
    assertThat(get(token, RESOURCES + "/count" + filter)).isEqualTo(json.readTree("{\"count\":3}"));
  }

  @Test
  void list_badLimit_is400() throws Exception {
    assertGatewayError(send(authorized(request(RESOURCES + "?limit=many"), login())), 400);
  }

  @ParameterizedTest
  @ValueSource(strings = {RESOURCES + "/11111111-1111-4111-8111-111111111111", "/bpocore", "/"})
  void anything_unknown_is404(String path) throws Exception {
    HttpResponse<String> answer = send(authorized(request(path), login()));

    assertGatewayError(answer, 404);
    assertThat(json.readTree(answer.body()).path("failureInfo").path("reason").asText())
        .contains("not found");
  }

  @Test
  void start_portTaken_saysSoInOneLine() {
    assertThatThrownBy(() -> MdsoStubServer.start(config(mdso.port())))
        .isInstanceOf(MdsoStubServer.NotStartedException.class)
        .hasMessage("cannot listen on 127.0.0.1 port " + mdso.port() + ": is it in use?");
  }

  @Test
  void close_planRunning_breaksItOff() throws Exception {
    MdsoStubServer other = MdsoStubServer.start(config(0, new Pace(1, 0.01, 0, hour(), hour())));
    HttpRequest login =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + other.port() + TOKENS))
            .POST(BodyPublishers.ofString("{\"username\":\"demo\",\"password\":\"secret\"}"))
            .build();
    String token =
        json.readTree(client.send(login, BodyHandlers.ofString()).body()).path("token").asText();
    HttpRequest order =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + other.port() + RESOURCES))
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.ofString(orderBody("A")))
            .build();
    assertThat(client.send(order, BodyHandlers.ofString()).statusCode()).isEqualTo(201);
    Instant before = Instant.now();

    other.close();

    assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(10));
  }

  private List<String> states(String token, List<String> ids) throws Exception {
    List<String> states = new ArrayList<>();
    for (String id : ids) {
      states.add(read(token, id).path("orchState").asText());
    }
    return states;
  }

  private static List<Instant> calls(String circuitId) {
    return arda.getAllServeEvents().stream()
        .filter(event -> event.getRequest().getUrl().endsWith("?circuit_id=" + circuitId))
        .map(event -> event.getRequest().getLoggedDate().toInstant())
        .sorted()
        .toList();
  }

  private static Interval collector(JsonNode traceLog) {
    long start = traceLog.path("start_time_sec").asLong();
    List<Instant> times = new ArrayList<>();
    for (JsonNode entry : traceLog.path("orchestration_trace")) {
      if (entry.path("process").asText().contains("circuitdetailscollector")) {
        times.add(Instant.ofEpochSecond(start + entry.path("elapsed_time").asLong()));
      }
    }
    return new Interval(times.get(0), times.get(1));
  }

  private JsonNode read(String token, String id) throws Exception {
    return get(token, RESOURCES + "/" + id);
  }

  private JsonNode traceLogs(String token, String originationId) throws Exception {
    return get(
            token,
            RESOURCES
                + "?exactTypeId=tosca.resourceTypes.TraceLog&limit=10&q=properties.origination_id:"
                + originationId)
        .path("items");
  }

  private JsonNode get(String token, String path) throws Exception {
    HttpResponse<String> answer = send(authorized(request(path), token));
    assertThat(answer.statusCode()).isEqualTo(200);
    return json.readTree(answer.body());
  }

  private String login() throws Exception {
    HttpResponse<String> answer =
        send(post(TOKENS, "{\"username\":\"demo\",\"password\":\"secret\"}"));
    return json.readTree(answer.body()).path("token").asText();
  }

  private HttpResponse<String> order(String token, String circuitId) throws Exception {
    return send(authorized(post(RESOURCES, orderBody(circuitId)), token));
  }

  private static String orderBody(String circuitId) {
    return """
        {"label":"%1$s","productId":"22222222-2222-4222-8222-222222222222",
         "resourceTypeId":"example.resourceTypes.NetworkService",
         "properties":{"circuit_id":"%1$s","service_type":"FIA"}}"""
        .formatted(circuitId);
  }

  private void assertGatewayError(HttpResponse<String> answer, int status) throws Exception {
    assertThat(answer.statusCode()).isEqualTo(status);
    JsonNode document = json.readTree(answer.body());
    JsonNode error = document.path("errors").path(0);
    assertThat(error.path("namespace").asText()).isEqualTo("BPAPIGW");
    assertThat(UUID.fromString(error.path("trace_id").asText())).isNotNull();
    assertThat(UUID.fromString(error.path("hop_id").asText())).isNotNull();
    assertThat(error.path("http_path").asText()).startsWith("/");
    assertThat(document.path("failureInfo").path("reason").asText()).isNotEmpty();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + mdso.port() + path));
  }

  private static HttpRequest.Builder post(String path, String body) {
    return request(path)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private static HttpRequest.Builder authorized(HttpRequest.Builder request, String token) {
    return request.header("Authorization", "Bearer " + token);
  }

  private static MdsoStubConfig config(int port) {
    return config(port, new Pace(1, 10, 0.3, Duration.ofSeconds(1), Duration.ofSeconds(2)));
  }

  private static MdsoStubConfig config(int port, Pace pace) {
    return new MdsoStubConfig(
        "127.0.0.1", port, URI.create(arda.baseUrl()), "demo", "secret", Set.of(UNREACHABLE), pace);
  }

  private static Duration hour() {
    return Duration.ofHours(1);
  }

  private record Interval(Instant start, Instant end) {}
}
