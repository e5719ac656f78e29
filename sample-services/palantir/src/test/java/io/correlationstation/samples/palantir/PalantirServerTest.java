// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.palantir;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.havingExactly;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PalantirServerTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String CIRCUIT = "80.L1XX.000001..TEST";
  private static final String SITES =
      "{\"sites\":[{\"clli\":\"EXPLTXAA\",\"state\":\"TX\",\"building\":\"AA\"}]}";

  private static final WireMockServer neighbour = new WireMockServer(options().dynamicPort());
  private static PalantirServer palantir;

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    neighbour.start();
    palantir = PalantirServer.start(config(0, neighbour.baseUrl(), PATIENCE));
  }

  @AfterAll
  static void stop() {
    palantir.close();
    neighbour.stop();
  }

  @BeforeEach
  void forgetStubs() {
    neighbour.resetAll();
  }

  @Test
  void health_running_isHealthy() throws Exception {
    assertThat(call("/health").body()).isEqualTo("{\"status\":\"healthy\"}");
  }

  @Test
  void devices_circuit_areItsPathWithoutAskingAnybody() throws Exception {
    HttpResponse<String> answer = call("/palantir/api/v1/devices?circuit_id=" + CIRCUIT);

    JsonNode document = json.readTree(answer.body());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(document.path("circuit_id").asText()).isEqualTo(CIRCUIT);
    assertThat(document.path("devices").findValuesAsText("role"))
        .containsExactly("a_side", "aggregation", "z_side");
    assertThat(document.path("devices").path(0).path("management_ip").asText()).isNotEmpty();
    assertThat(neighbour.getAllServeEvents()).isEmpty();
  }

  @Test
  void inventory_ardaAnswers_asksForEachDevicesSite() throws Exception {
    neighbour.stubFor(get(urlPathEqualTo("/arda/api/v1/sites")).willReturn(okJson(SITES)));

    JsonNode stock = json.readTree(call("/palantir/api/v1/inventory?circuit_id=" + CIRCUIT).body());

    assertThat(stock.path("sites")).isEqualTo(json.readTree(SITES).path("sites"));
    assertThat(stock.path("reserved_for").isNull()).isTrue();
    String[] tids = stock.path("devices").findValuesAsText("tid").toArray(new String[0]);
    assertThat(tids).hasSize(3);
    neighbour.verify(
        getRequestedFor(urlPathEqualTo("/arda/api/v1/sites"))
            .withQueryParam("tid", havingExactly(tids)));
  }

  @Test
  void inventory_ardaDown_is502() throws Exception {
    assertProblem(callWith(config(0, nobody(), PATIENCE)), 502, "arda cannot be reached");
  }

  @Test
  void inventory_ardaBreaksOff_is502() throws Exception {
    neighbour.stubFor(
        get(urlPathEqualTo("/arda/api/v1/sites"))
            .willReturn(aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK)));

    assertProblem(call("/palantir/api/v1/inventory?circuit_id=" + CIRCUIT), 502, "arda");
  }

  @Test
  void inventory_ardaSlow_is504() throws Exception {
    neighbour.stubFor(
        get(urlPathEqualTo("/arda/api/v1/sites")).willReturn(okJson(SITES).withFixedDelay(5_000)));

    assertProblem(
        callWith(config(0, neighbour.baseUrl(), Duration.ofMillis(300))),
        504,
        "does not answer in time");
  }

  @Test
  void inventory_ardaFails_is502WithItsStatus() throws Exception {
    neighbour.stubFor(get(urlPathEqualTo("/arda/api/v1/sites")).willReturn(status(500)));

    assertProblem(
        call("/palantir/api/v1/inventory?circuit_id=" + CIRCUIT), 502, "arda answers 500");
  }

  @Test
  void inventory_ardaAnswersNonsense_is502() throws Exception {
    neighbour.stubFor(get(urlPathEqualTo("/arda/api/v1/sites")).willReturn(okJson("<html>")));

    assertProblem(
        call("/palantir/api/v1/inventory?circuit_id=" + CIRCUIT), 502, "that is not JSON");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/palantir/api/v1/inventory",
        "/palantir/api/v1/devices?circuit_id=",
        "/palantir/api/v1/devices?circuit_id=a%22b",
        "/api/test"
      })
  void anything_noCircuitId_is400(String path) throws Exception {
    assertProblem(call(path), 400, "circuit_id");
  }

  @Test
  void reserve_resource_showsInTheInventory() throws Exception {
    neighbour.stubFor(get(urlPathEqualTo("/arda/api/v1/sites")).willReturn(okJson(SITES)));

    HttpResponse<String> answer =
        post("{\"circuit_id\":\"" + CIRCUIT + "\",\"resource_id\":\"resource-1\"}");

    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(json.readTree(answer.body()).path("devices").asInt()).isEqualTo(3);
    JsonNode stock = json.readTree(call("/palantir/api/v1/inventory?circuit_id=" + CIRCUIT).body());
    assertThat(stock.path("reserved_for").asText()).isEqualTo("resource-1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "{} {}",
        "{\"circuit_id\":\"A\"}",
        "{\"circuit_id\":\"A\",\"resource_id\":7}",
        "{\"circuit_id\":\"A\",\"resource_id\":\"\"}",
        "{\"circuit_id\":[\"A\"],\"resource_id\":\"R\"}",
        "{\"circuit_id\":\"A B\",\"resource_id\":\"R\"}",
        "{\"circuit_id\":\"A\",\"circuit_id\":\"B\",\"resource_id\":\"R\"}"
      })
  void reserve_badBody_is400(String body) throws Exception {
    assertProblem(post(body), 400, "");
  }

  @Test
  void reserve_hugeBody_is413() throws Exception {
    assertProblem(post("x".repeat(70_000)), 413, "");
  }

  @Test
  void test_neighboursAnswer_isOk() throws Exception {
    neighbour.stubFor(get(urlPathEqualTo("/beorn/api/v1/services")).willReturn(okJson("{}")));
    neighbour.stubFor(get(urlPathEqualTo("/arda/api/v1/topology")).willReturn(okJson("{}")));

    JsonNode report = json.readTree(call("/api/test?circuit_id=TEST-001").body());

    assertThat(report.path("status").asText()).isEqualTo("ok");
    assertThat(report.path("calls").findValuesAsText("service")).containsExactly("beorn", "arda");
  }

  @Test
  void test_neighbourDown_isDegradedAndSaysWhich() throws Exception {
    neighbour.stubFor(get(urlPathEqualTo("/arda/api/v1/topology")).willReturn(okJson("{}")));

    JsonNode report = json.readTree(call("/api/test?circuit_id=TEST-001").body());

    assertThat(report.path("status").asText()).isEqualTo("degraded");
    assertThat(report.path("calls").path(0).path("reason").asText()).isEqualTo("beorn answers 404");
  }

  @Test
  void anything_unknownPath_is404Problem() throws Exception {
    assertProblem(call("/palantir"), 404, "/palantir");
  }

  @Test
  void start_portTaken_saysSoInOneLine() {
    assertThatThrownBy(
            () -> PalantirServer.start(config(palantir.port(), neighbour.baseUrl(), PATIENCE)))
        .isInstanceOf(PalantirServer.NotStartedException.class)
        .hasMessage("cannot listen on 127.0.0.1 port " + palantir.port() + ": is it in use?");
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

  private HttpResponse<String> call(String path) throws Exception {
    return client.send(HttpRequest.newBuilder(url(path)).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(url("/palantir/api/v1/reservations"))
            .POST(BodyPublishers.ofString(body))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }

  /** Asks a service of its own, with other settings. */
  private HttpResponse<String> callWith(PalantirConfig config) throws Exception {
    try (PalantirServer other = PalantirServer.start(config)) {
      URI url =
          URI.create(
              "http://127.0.0.1:"
                  + other.port()
                  + "/palantir/api/v1/inventory?circuit_id="
                  + CIRCUIT);
      return client.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
    }
  }

  /** A port where nobody listens. */
  private static String nobody() throws IOException {
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + closed.getLocalPort();
    }
  }

  private URI url(String path) {
    return URI.create("http://127.0.0.1:" + palantir.port() + path);
  }

  private static PalantirConfig config(int port, String neighbour, Duration timeout) {
    URI url = URI.create(neighbour);
    return new PalantirConfig("127.0.0.1", port, url, url, timeout);
  }
}
