// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.RelayApp;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service that knows nothing of us, with nothing but the agent and the extension. */
class CarryIT {

  private static final String CIRCUIT = "80.L1XX.000001..TEST";

  private static OtlpSink sink;
  private static Downstream downstream;
  private static ChildJvm child;
  private static String url;

  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start() {
    sink = new OtlpSink();
    downstream = new Downstream();
    child =
        ChildJvm.of(RelayApp.class).sink(sink).environment("DOWNSTREAM", downstream.url()).start();
    url = "http://127.0.0.1:" + child.awaitLine("PORT ");
  }

  @AfterAll
  static void stop() {
    child.close();
    downstream.close();
    sink.close();
  }

  @BeforeEach
  void forget() {
    downstream.clear();
    sink.clear();
  }

  @Test
  void agent_withExtension_startsAndSaysSo() {
    assertThat(child.output())
        .doesNotContain("failed to start")
        .doesNotContain("the application goes on")
        .containsPattern("correlation: version \\d+\\.\\d+\\S* active; keys circuit_id,product_id");
  }

  @Test
  void request_withHeader_leavesAsHeaderAndBaggage() throws Exception {
    get("/relay", "X-Circuit-Id", CIRCUIT, "baggage", "product_id=P-9,tenant=t1");

    Headers sent = downstream.next();
    assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo(CIRCUIT);
    assertThat(sent.getFirst("X-Product-Id")).isEqualTo("P-9");
    assertThat(sent.getFirst("traceparent")).isNotNull();
    assertThat(sent.getFirst("baggage").split(","))
        .containsExactlyInAnyOrder("circuit_id=" + CIRCUIT, "product_id=P-9", "tenant=t1");
  }

  @Test
  void request_withHeader_isOnServerAndClientSpan() throws Exception {
    get("/relay", "X-Circuit-Id", CIRCUIT, "X-Request-Id", "R-2");

    String traceId = downstream.nextTraceId();
    Span server = sink.awaitSpan(traceId, SpanKind.SPAN_KIND_SERVER);
    Span call = sink.awaitSpan(traceId, SpanKind.SPAN_KIND_CLIENT);
    assertThat(call.getParentSpanId()).isEqualTo(server.getSpanId());
    for (Span span : Arrays.asList(server, call)) {
      assertThat(OtlpSink.attributes(span.getAttributesList()))
          .containsEntry("circuit_id", CIRCUIT)
          .containsEntry("request_id", "R-2")
          .doesNotContainKey("product_id");
    }
  }

  @Test
  void request_withHeader_isOnLogRecordAndInMdc() throws Exception {
    get("/relay", "X-Circuit-Id", CIRCUIT + "-log");

    LogRecord exported = sink.awaitLog(log -> log.getBody().getStringValue().equals("relaying"));
    assertThat(OtlpSink.attributes(exported.getAttributesList()))
        .containsEntry("circuit_id", CIRCUIT + "-log");
    JsonNode printed = printed(CIRCUIT + "-log");
    assertThat(printed.at("/mdc/circuit_id").asText()).isEqualTo(CIRCUIT + "-log");
    assertThat(printed.at("/mdc/trace_id").asText()).hasSize(32);
  }

  @Test
  void request_withKeyInQuery_leavesAsHeaderAndBaggage() throws Exception {
    get("/relay?a=b&circuitId=" + CIRCUIT + "-q&X-Product-Id=P%2D7");

    Headers sent = downstream.next();
    assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo(CIRCUIT + "-q");
    assertThat(sent.getFirst("baggage").split(","))
        .containsExactlyInAnyOrder("circuit_id=" + CIRCUIT + "-q", "product_id=P-7");
    Span server =
        sink.awaitSpan(sent.getFirst("traceparent").substring(3, 35), SpanKind.SPAN_KIND_SERVER);
    assertThat(OtlpSink.attributes(server.getAttributesList()))
        .containsAllEntriesOf(Map.of("circuit_id", CIRCUIT + "-q", "product_id", "P-7"));
  }

  @Test
  void response_toRequestWithHeader_hasKeysAndTraceId() throws Exception {
    HttpResponse<String> response = send("/relay", null, "X-Circuit-Id", CIRCUIT);

    assertThat(response.headers().firstValue("X-Circuit-Id")).hasValue(CIRCUIT);
    assertThat(response.headers().firstValue("X-Trace-Id")).hasValue(downstream.nextTraceId());
  }

  @Test
  void jsonBody_readAfterAnotherThreadTookTheContext_reachesThatThread() throws Exception {
    String body = "{\"circuit_id\":\"" + CIRCUIT + "-late\"}";

    assertThat(send("/body", body, "Content-Type", "application/json").body()).isEqualTo(body);

    Headers sent = downstream.next();
    assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo(CIRCUIT + "-late");
    Span server =
        sink.awaitSpan(sent.getFirst("traceparent").substring(3, 35), SpanKind.SPAN_KIND_SERVER);
    assertThat(OtlpSink.attributes(server.getAttributesList()))
        .containsEntry("circuit_id", CIRCUIT + "-late");
  }

  @Test
  void formBody_onTheJdkServer_isOnLaterCalls() throws Exception {
    send("/body", "x=y&circuit-id=F-1", "Content-Type", "application/x-www-form-urlencoded");

    assertThat(downstream.next().getFirst("X-Circuit-Id")).isEqualTo("F-1");
  }

  @Test
  void request_withHeaderAndOtherBaggage_headerWins() throws Exception {
    get("/relay", "X-Circuit-Id", "HEADER", "baggage", "circuit_id=BAGGAGE");

    Headers sent = downstream.next();
    assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo("HEADER");
    assertThat(sent.getFirst("baggage")).isEqualTo("circuit_id=HEADER");
  }

  @Test
  void request_withValueThatWouldSplitHeaders_dropsIt() throws Exception {
    get("/relay", "baggage", "circuit_id=a%0d%0aX-Evil:%201,product_id=P-1");

    Headers sent = downstream.next();
    assertThat(sent).doesNotContainKeys("X-Circuit-Id", "X-evil");
    assertThat(sent.getFirst("baggage")).isEqualTo("product_id=P-1");
  }

  @Test
  void requests_oneAfterTheOther_doNotShareKeys() throws Exception {
    get("/relay", "X-Circuit-Id", CIRCUIT);
    downstream.next();

    get("/relay");

    Headers sent = downstream.next();
    assertThat(sent).doesNotContainKeys("X-Circuit-Id", "Baggage");
  }

  private JsonNode printed(String text) throws IOException {
    await().until(() -> child.lines().stream().anyMatch(line -> line.contains(text)));
    String line = child.lines().stream().filter(l -> l.contains(text)).findFirst().orElseThrow();
    return new ObjectMapper().readTree(line);
  }

  private void get(String path, String... headers) throws IOException, InterruptedException {
    send(path, null, headers);
  }

  private HttpResponse<String> send(String path, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (body != null) {
      request.POST(HttpRequest.BodyPublishers.ofString(body));
    }
    HttpResponse<String> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return response;
  }
}
