// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.arda;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArdaServerTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String CIRCUIT = "80.L1XX.000001..TEST";
  private static final String DEVICES =
      """
      {"devices":[
        {"tid":"EXPLTXAA01W","role":"a_side","vendor":"juniper","management_ip":"192.0.2.11"},
        {"tid":"EXPLTXCA01A","role":"aggregation","vendor":"nokia","management_ip":"203.0.113.1"},
        {"tid":"EXPLNMBA01W","role":"z_side","vendor":"adva","management_ip":"198.51.100.11"}]}""";

  @RegisterExtension
  static final OpenTelemetryExtension telemetry = OpenTelemetryExtension.create();

  private static final WireMockServer neighbour = new WireMockServer(options().dynamicPort());
  private static ArdaServer arda;

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    neighbour.start();
    arda = ArdaServer.start(config(0, neighbour.baseUrl(), PATIENCE), telemetry.getOpenTelemetry());
  }

  @AfterAll
  static void stop() {
    arda.close();
    neighbour.stop();
  }

  @BeforeEach
  void forgetStubs() {
    neighbour.resetAll();
  }

  @Test
  void health_running_isHealthy() throws Exception {
    HttpResponse<String> answer = call("/health");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"status\":\"healthy\"}");
  }

  @Test
  void topology_threeDevices_linksEachToTheNext() throws Exception {
    devicesAre(DEVICES);

    HttpResponse<String> answer = call("/arda/api/v1/topology?circuit_id=" + CIRCUIT);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(json.readTree(answer.body()))
        .isEqualTo(
            json.readTree(
                """
                {"circuit_id":"80.L1XX.000001..TEST",
                 "nodes":[
                  {"tid":"EXPLTXAA01W","role":"a_side","vendor":"juniper",
                   "management_ip":"192.0.2.11",
                   "site":{"clli":"EXPLTXAA","state":"TX","building":"AA"}},
                  {"tid":"EXPLTXCA01A","role":"aggregation","vendor":"nokia",
                   "management_ip":"203.0.113.1",
                   "site":{"clli":"EXPLTXCA","state":"TX","building":"CA"}},
                  {"tid":"EXPLNMBA01W","role":"z_side","vendor":"adva",
                   "management_ip":"198.51.100.11",
                   "site":{"clli":"EXPLNMBA","state":"NM","building":"BA"}}],
                 "links":[
                  {"from":"EXPLTXAA01W","to":"EXPLTXCA01A"},
                  {"from":"EXPLTXCA01A","to":"EXPLNMBA01W"}]}"""));
  }

  @Test
  void topology_answered_leavesOneInternalSpan() throws Exception {
    devicesAre(DEVICES);

    call("/arda/api/v1/topology?circuit_id=" + CIRCUIT);

    assertThat(telemetry.getSpans()).hasSize(1);
    SpanData span = telemetry.getSpans().get(0);
    assertThat(span.getName()).isEqualTo("get_topology");
    assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(span.getAttributes().get(AttributeKey.longKey("topology.nodes"))).isEqualTo(3);
  }

  @Test
  void topology_slashInCircuitId_reachesPalantirUnchanged() throws Exception {
    devicesAre(DEVICES);

    HttpResponse<String> answer = call("/arda/api/v1/topology?circuit_id=80/L1XX/000001//TEST");

    assertThat(answer.statusCode()).isEqualTo(200);
    neighbour.verify(
        getRequestedFor(urlPathEqualTo("/palantir/api/v1/devices"))
            .withQueryParam("circuit_id", equalTo("80/L1XX/000001//TEST")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?circuit_id=", "?circuit_id=a%20b", "?circuit_id=a%0d%0aX:1"})
  void topology_noCircuitId_is400(String query) throws Exception {
    HttpResponse<String> answer = call("/arda/api/v1/topology" + query);

    assertProblem(answer, 400, "circuit_id");
    assertThat(neighbour.getAllServeEvents()).isEmpty();
  }

  @Test
  void topology_palantirDown_is502AndTheSpanAnError() throws Exception {
    HttpResponse<String> answer = callWith(config(0, nobody(), PATIENCE));

    assertProblem(answer, 502, "palantir cannot be reached");
    SpanData span = telemetry.getSpans().get(0);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getEvents()).hasSize(1);
  }

  @Test
  void topology_palantirResetsConnection_is502() throws Exception {
    neighbour.stubFor(
        get(urlPathEqualTo("/palantir/api/v1/devices"))
            .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));

    assertProblem(
        call("/arda/api/v1/topology?circuit_id=" + CIRCUIT), 502, "palantir cannot be reached");
  }

  @Test
  void topology_palantirSlow_is504() throws Exception {
    neighbour.stubFor(
        get(urlPathEqualTo("/palantir/api/v1/devices"))
            .willReturn(okJson(DEVICES).withFixedDelay(5_000)));

    assertProblem(
        callWith(config(0, neighbour.baseUrl(), Duration.ofMillis(300))),
        504,
        "does not answer in time");
  }

  @Test
  void topology_palantirFails_is502WithItsStatus() throws Exception {
    neighbour.stubFor(get(urlPathEqualTo("/palantir/api/v1/devices")).willReturn(status(503)));

    assertProblem(call("/arda/api/v1/topology?circuit_id=" + CIRCUIT), 502, "palantir answers 503");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"devices\":[]}", "{}", "<html>", "", "{\"devices\":[{\"tid\":7}]}"})
  void topology_palantirAnswersNonsense_is502(String nonsense) throws Exception {
    devicesAre(nonsense);

    assertProblem(call("/arda/api/v1/topology?circuit_id=" + CIRCUIT), 502, "palantir");
  }

  @Test
  void sites_twoDevicesOfOneSite_namesItOnce() throws Exception {
    HttpResponse<String> answer =
        call("/arda/api/v1/sites?tid=EXPLTXAA01W&tid=EXPLNMBA01W&tid=EXPLTXAA02W");

    assertThat(json.readTree(answer.body()).path("sites").findValuesAsText("clli"))
        .containsExactly("EXPLTXAA", "EXPLNMBA");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?tid=", "?tid=EXPLTXAA01", "?tid=explTXAA01W"})
  void sites_noTid_is400(String query) throws Exception {
    assertProblem(call("/arda/api/v1/sites" + query), 400, "tid");
  }

  @Test
  void test_neighboursAnswer_isOk() throws Exception {
    devicesAre(DEVICES);
    neighbour.stubFor(get(urlPathEqualTo("/beorn/api/v1/services")).willReturn(okJson("{}")));

    JsonNode report = json.readTree(call("/api/test?circuit_id=TEST-001").body());

    assertThat(report.path("status").asText()).isEqualTo("ok");
    assertThat(report.path("circuit_id").asText()).isEqualTo("TEST-001");
    assertThat(report.path("calls").findValuesAsText("service"))
        .containsExactly("beorn", "palantir");
  }

  @Test
  void test_neighbourDown_isDegradedAndSaysWhich() throws Exception {
    devicesAre(DEVICES);

    JsonNode report = json.readTree(call("/api/test?circuit_id=TEST-001").body());

    assertThat(report.path("status").asText()).isEqualTo("degraded");
    assertThat(report.path("calls").path(0).path("reason").asText()).isEqualTo("beorn answers 404");
    assertThat(report.path("calls").path(1).path("reached").asBoolean()).isTrue();
  }

  @Test
  void anything_unknownPath_is404Problem() throws Exception {
    assertProblem(call("/arda/api/v2/topology"), 404, "/arda/api/v2/topology");
  }

  @Test
  void anything_wrongMethod_is405Problem() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(url("/health")).POST(BodyPublishers.noBody()).build();

    assertProblem(client.send(request, BodyHandlers.ofString()), 405, "Method Not Allowed");
  }

  @Test
  void start_portTaken_saysSoInOneLine() {
    assertThatThrownBy(
            () ->
                ArdaServer.start(
                    config(arda.port(), neighbour.baseUrl(), PATIENCE),
                    telemetry.getOpenTelemetry()))
        .isInstanceOf(ArdaServer.NotStartedException.class)
        .hasMessage("cannot listen on 127.0.0.1 port " + arda.port() + ": is it in use?");
  }

  @Test
  void close_requestInFlight_isAnsweredFirst() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    HttpServer palantir = slowPalantir(reached, released);
    ArdaServer closing =
        ArdaServer.start(
            config(0, "http://127.0.0.1:" + palantir.getAddress().getPort(), PATIENCE),
            telemetry.getOpenTelemetry());
    URI url =
        URI.create("http://127.0.0.1:" + closing.port() + "/arda/api/v1/topology?circuit_id=A");
    CompletableFuture<HttpResponse<String>> inFlight =
        client.sendAsync(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
    reached.await();

    CompletableFuture<Void> closed = CompletableFuture.runAsync(closing::close);
    await().until(() -> isRefused(url.getPort()));
    released.countDown();

    assertThat(inFlight.get().statusCode()).isEqualTo(200);
    closed.get();
    palantir.stop(0);
  }

  private static HttpServer slowPalantir(CountDownLatch reached, CountDownLatch released)
      throws IOException {
    HttpServer palantir =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    palantir.createContext(
        "/",
        exchange -> {
          reached.countDown();
          try (exchange) {
            released.await();
            byte[] body = DEVICES.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    palantir.start();
    return palantir;
  }

  private static boolean isRefused(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return !socket.isConnected();
    } catch (ConnectException e) {
      return true;
    }
  }

  private void devicesAre(String body) {
    neighbour.stubFor(get(urlPathEqualTo("/palantir/api/v1/devices")).willReturn(okJson(body)));
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

  /** Asks a service of its own, with other settings. */
  private HttpResponse<String> callWith(ArdaConfig config) throws Exception {
    try (ArdaServer other = ArdaServer.start(config, telemetry.getOpenTelemetry())) {
      URI url =
          URI.create(
              "http://127.0.0.1:" + other.port() + "/arda/api/v1/topology?circuit_id=" + CIRCUIT);
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
    return URI.create("http://127.0.0.1:" + arda.port() + path);
  }

  private static ArdaConfig config(int port, String neighbour, Duration timeout) {
    URI url = URI.create(neighbour);
    return new ArdaConfig("127.0.0.1", port, url, url, timeout);
  }
}
