// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BeornServerTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String CIRCUIT = "80.L1XX.000001..TEST";
  private static final String RESOURCE = "11111111-1111-4111-8111-111111111111";
  private static final String ORDER =
      "{\"circuit_id\":\"" + CIRCUIT + "\",\"service_type\":\"FIA\",\"topology_id\":\"000001\"}";

  private static final String CREATE = "/beorn/api/v1/service/create";
  private static final String INVENTORY = "/palantir/api/v1/inventory";
  private static final String RESERVATIONS = "/palantir/api/v1/reservations";
  private static final String TOKENS = "/tron/api/v1/tokens";
  private static final String LOGOUT = "/tron/api/v1/logout";
  private static final String RESOURCES = "/bpocore/market/api/v1/resources";

  @RegisterExtension
  static final OpenTelemetryExtension telemetry = OpenTelemetryExtension.create();

  private static final WireMockServer neighbour = new WireMockServer(options().dynamicPort());
  private static BeornServer beorn;

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    neighbour.start();
    beorn = BeornServer.start(config(0, neighbour.baseUrl(), PATIENCE));
  }

  @AfterAll
  static void stop() {
    beorn.close();
    neighbour.stop();
  }

  @BeforeEach
  void letEveryNeighbourWork() {
    neighbour.resetAll();
    neighbour.stubFor(
        get(urlPathEqualTo(INVENTORY)).willReturn(okJson("{\"devices\":[{},{},{}]}")));
    neighbour.stubFor(post(urlPathEqualTo(RESERVATIONS)).willReturn(jsonResponse("{}", 201)));
    neighbour.stubFor(
        post(urlPathEqualTo(TOKENS))
            .willReturn(
                jsonResponse("{\"token\":\"0123456789abcdef0123\",\"isSuccessful\":true}", 201)));
    neighbour.stubFor(
        post(urlPathEqualTo(RESOURCES))
            .willReturn(jsonResponse("{\"id\":\"" + RESOURCE + "\"}", 201)));
  }

  @Test
  void health_running_isHealthy() throws Exception {
    assertThat(call("/health").body()).isEqualTo("{\"status\":\"healthy\"}");
  }

  @Test
  void create_goodOrder_answersWhatIdentifiesIt() throws Exception {
    HttpResponse<String> answer = order(ORDER);

    assertThat(answer.statusCode()).isEqualTo(201);
    JsonNode order = json.readTree(answer.body());
    assertThat(order.path("circuit_id").asText()).isEqualTo(CIRCUIT);
    assertThat(order.path("resource_id").asText()).isEqualTo(RESOURCE);
    assertThat(UUID.fromString(order.path("request_id").asText())).isNotNull();
    assertThat(order.path("reservation").asText()).isEqualTo("made");
    assertThat(order.path("trace_id").asText())
        .isEqualTo(span("create_network_service").getTraceId());
  }

  @Test
  void create_goodOrder_tellsTheOrchestratorWhatToCreate() throws Exception {
    order(ORDER);

    neighbour.verify(
        1,
        postRequestedFor(urlPathEqualTo(RESOURCES))
            .withHeader("Authorization", equalTo("Bearer 0123456789abcdef0123"))
            .withRequestBody(
                equalToJson(
                    """
                    {"label":"80.L1XX.000001..TEST",
                     "productId":"22222222-2222-4222-8222-222222222222",
                     "resourceTypeId":"example.resourceTypes.NetworkService",
                     "properties":{"circuit_id":"80.L1XX.000001..TEST","service_type":"FIA",
                                   "topology_id":"000001"}}""")));
    neighbour.verify(
        postRequestedFor(urlPathEqualTo(RESERVATIONS))
            .withRequestBody(
                equalToJson(
                    "{\"circuit_id\":\"" + CIRCUIT + "\",\"resource_id\":\"" + RESOURCE + "\"}")));
  }

  @Test
  void create_goodOrder_isAWorkflowOfThreeSteps() throws Exception {
    order(ORDER);

    SpanData workflow = span("create_network_service");
    for (String step : List.of("check_inventory", "create_resource", "reserve_devices")) {
      assertThat(span(step).getParentSpanId()).isEqualTo(workflow.getSpanId());
      assertThat(text(span(step), "circuit_id")).isEqualTo(CIRCUIT);
    }
    assertThat(workflow.getStatus().getStatusCode()).isNotEqualTo(StatusCode.ERROR);
  }

  @Test
  void create_resourceIdLearnt_isOnTheWorkflowAndEverythingAfter() throws Exception {
    order(ORDER);

    assertThat(text(span("check_inventory"), "resource_id")).isNull();
    assertThat(text(span("reserve_devices"), "resource_id")).isEqualTo(RESOURCE);
    assertThat(text(span("create_network_service"), "resource_id")).isEqualTo(RESOURCE);
  }

  @Test
  void create_headerAndBodyDisagree_theHeaderWins() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(url(CREATE))
            .header("X-Circuit-Id", "80.L1XX.000002..TEST")
            .header("X-Request-Id", "req-7")
            .POST(BodyPublishers.ofString(ORDER))
            .build();

    JsonNode order = json.readTree(client.send(request, BodyHandlers.ofString()).body());

    assertThat(order.path("circuit_id").asText()).isEqualTo("80.L1XX.000002..TEST");
    assertThat(order.path("request_id").asText()).isEqualTo("req-7");
  }

  @Test
  void create_badOrder_is400AndAsksNobody() throws Exception {
    assertProblem(order("{\"circuit_id\":"), 400, "the body is not JSON");

    assertThat(neighbour.getAllServeEvents()).isEmpty();
    assertThat(telemetry.getSpans()).isEmpty();
  }

  @Test
  void create_hugeBody_is413() throws Exception {
    assertProblem(order("x".repeat(70_000)), 413, "");
  }

  @Test
  void create_palantirFails_is502AndNothingIsCreated() throws Exception {
    neighbour.stubFor(get(urlPathEqualTo(INVENTORY)).willReturn(jsonResponse("{}", 503)));

    assertProblem(order(ORDER), 502, "palantir answers 503");

    neighbour.verify(0, postRequestedFor(urlPathEqualTo(RESOURCES)));
    assertThat(span("check_inventory").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span("create_network_service").getStatus().getStatusCode())
        .isEqualTo(StatusCode.ERROR);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"devices\":[]}", "{}", "<html>"})
  void create_palantirAnswersNonsense_is502(String nonsense) throws Exception {
    neighbour.stubFor(get(urlPathEqualTo(INVENTORY)).willReturn(okJson(nonsense)));

    assertProblem(order(ORDER), 502, "palantir");
  }

  @Test
  void create_reservationFails_theOrderStandsAndSaysSo() throws Exception {
    neighbour.stubFor(post(urlPathEqualTo(RESERVATIONS)).willReturn(jsonResponse("{}", 500)));

    HttpResponse<String> answer = order(ORDER);

    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(json.readTree(answer.body()).path("reservation").asText()).isEqualTo("failed");
    assertThat(span("reserve_devices").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
  }

  @Test
  void create_orchestratorFails_is502() throws Exception {
    neighbour.stubFor(post(urlPathEqualTo(RESOURCES)).willReturn(jsonResponse("{}", 500)));

    assertProblem(order(ORDER), 502, "mdso answers 500");

    neighbour.verify(1, postRequestedFor(urlPathEqualTo(RESOURCES)));
  }

  @Test
  void create_orchestratorResets_is502() throws Exception {
    neighbour.stubFor(
        post(urlPathEqualTo(RESOURCES))
            .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));

    assertProblem(order(ORDER), 502, "mdso cannot be reached");
  }

  @Test
  void create_orchestratorAnswersNoId_is502() throws Exception {
    neighbour.stubFor(post(urlPathEqualTo(RESOURCES)).willReturn(jsonResponse("{}", 201)));

    assertProblem(order(ORDER), 502, "without an id");
  }

  @Test
  void create_neighbourSlow_is504() throws Exception {
    neighbour.stubFor(
        get(urlPathEqualTo(INVENTORY)).willReturn(okJson("{}").withFixedDelay(5_000)));

    try (BeornServer other =
        BeornServer.start(config(0, neighbour.baseUrl(), Duration.ofMillis(300)))) {
      assertProblem(order(other, ORDER), 504, "palantir does not answer in time");
    }
  }

  @Test
  void create_bodyDribbles_is504() throws Exception {
    neighbour.stubFor(
        get(urlPathEqualTo(INVENTORY))
            .willReturn(okJson("{\"devices\":[{}]}").withChunkedDribbleDelay(10, 8_000)));

    try (BeornServer other =
        BeornServer.start(config(0, neighbour.baseUrl(), Duration.ofMillis(500)))) {
      assertProblem(order(other, ORDER), 504, "palantir does not answer in time");
    }
  }

  @Test
  void create_neighbourDown_is502() throws Exception {
    try (BeornServer other = BeornServer.start(config(0, nobody(), PATIENCE))) {
      assertProblem(order(other, ORDER), 502, "palantir cannot be reached");
    }
  }

  @Test
  void create_severalOrders_shareOneSessionAndGiveItBack() throws Exception {
    try (BeornServer other = BeornServer.start(config(0, neighbour.baseUrl(), PATIENCE))) {
      List<CompletableFuture<HttpResponse<String>>> orders =
          IntStream.range(0, 8).mapToObj(n -> orderLater(other)).toList();
      for (CompletableFuture<HttpResponse<String>> order : orders) {
        assertThat(order.get().statusCode()).isEqualTo(201);
      }
    }

    neighbour.verify(
        1,
        postRequestedFor(urlPathEqualTo(TOKENS))
            .withRequestBody(equalToJson("{\"username\":\"demo\",\"password\":\"secret\"}")));
    neighbour.verify(
        1,
        postRequestedFor(urlPathEqualTo(LOGOUT))
            .withHeader("Authorization", equalTo("Bearer 0123456789abcdef0123")));
  }

  @Test
  void create_sessionExpired_isRenewedOnce() throws Exception {
    neighbour.stubFor(
        post(urlPathEqualTo(RESOURCES))
            .withHeader("Authorization", equalTo("Bearer 0123456789abcdef0123"))
            .willReturn(jsonResponse("{}", 401)));
    try (BeornServer other = BeornServer.start(config(0, neighbour.baseUrl(), PATIENCE))) {

      assertProblem(order(other, ORDER), 502, "mdso answers 401");

      neighbour.verify(2, postRequestedFor(urlPathEqualTo(TOKENS)));
      neighbour.verify(2, postRequestedFor(urlPathEqualTo(RESOURCES)));
    }
  }

  @Test
  void create_loginRefused_is502WithoutASecret() throws Exception {
    neighbour.stubFor(post(urlPathEqualTo(TOKENS)).willReturn(jsonResponse("{}", 401)));
    try (BeornServer other = BeornServer.start(config(0, neighbour.baseUrl(), PATIENCE))) {

      HttpResponse<String> answer = order(other, ORDER);

      assertProblem(answer, 502, "mdso answers 401");
      assertThat(answer.body()).doesNotContain("secret");
      neighbour.verify(1, postRequestedFor(urlPathEqualTo(TOKENS)));
    }
  }

  @Test
  void services_afterAnOrder_listsIt() throws Exception {
    order(ORDER.replace(CIRCUIT, "80.L1XX.000077..TEST"));

    JsonNode services =
        json.readTree(call("/beorn/api/v1/services?circuit_id=80.L1XX.000077..TEST").body());

    assertThat(services.path("services").findValuesAsText("resource_id")).containsExactly(RESOURCE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/test", "/beorn/api/v1/services?circuit_id=a%20b"})
  void anything_noCircuitId_is400(String path) throws Exception {
    assertProblem(call(path), 400, "circuit_id");
  }

  @Test
  void test_oneNeighbourDown_isDegradedAndSaysWhich() throws Exception {
    JsonNode report = json.readTree(call("/api/test?circuit_id=TEST-001").body());

    assertThat(report.path("status").asText()).isEqualTo("degraded");
    assertThat(report.path("calls").path(0).path("reached").asBoolean()).isTrue();
    assertThat(report.path("calls").path(1).path("service").asText()).isEqualTo("arda");
    assertThat(report.path("calls").path(1).path("reached").asBoolean()).isFalse();
  }

  @Test
  void test_neighboursAnswer_isOk() throws Exception {
    neighbour.stubFor(get(urlPathEqualTo("/arda/api/v1/topology")).willReturn(okJson("{}")));

    JsonNode report = json.readTree(call("/api/test?circuit_id=TEST-001").body());

    assertThat(report.path("status").asText()).isEqualTo("ok");
  }

  @Test
  void start_portTaken_saysSoInOneLine() {
    assertThatThrownBy(() -> BeornServer.start(config(beorn.port(), neighbour.baseUrl(), PATIENCE)))
        .isInstanceOf(BeornServer.NotStartedException.class)
        .hasMessage("cannot listen on 127.0.0.1 port " + beorn.port() + ": is it in use?");
  }

  private static SpanData span(String name) {
    return telemetry.getSpans().stream()
        .filter(span -> span.getName().equals(name))
        .findAny()
        .orElseThrow();
  }

  private static String text(SpanData span, String attribute) {
    return span.getAttributes().get(AttributeKey.stringKey(attribute));
  }

  private void assertProblem(HttpResponse<String> answer, int status, String detail)
      throws Exception {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/problem+json");
    JsonNode problem = json.readTree(answer.body());
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("detail").asText()).contains(detail);
    assertThat(answer.body()).doesNotContain("Exception").doesNotContain(".java");
  }

  private HttpResponse<String> order(String body) throws Exception {
    return order(beorn, body);
  }

  private HttpResponse<String> order(BeornServer server, String body) throws Exception {
    return client.send(orderRequest(server, body), BodyHandlers.ofString());
  }

  private CompletableFuture<HttpResponse<String>> orderLater(BeornServer server) {
    return client.sendAsync(orderRequest(server, ORDER), BodyHandlers.ofString());
  }

  private static HttpRequest orderRequest(BeornServer server, String body) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + CREATE))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  private HttpResponse<String> call(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(url(path)).build(), BodyHandlers.ofString());
  }

  private static URI url(String path) {
    return URI.create("http://127.0.0.1:" + beorn.port() + path);
  }

  /** A port where nobody listens. */
  private static String nobody() throws IOException {
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + closed.getLocalPort();
    }
  }

  private static BeornConfig config(int port, String neighbour, Duration timeout) {
    URI url = URI.create(neighbour);
    return new BeornConfig("127.0.0.1", port, url, url, url, "demo", "secret", timeout);
  }
}
