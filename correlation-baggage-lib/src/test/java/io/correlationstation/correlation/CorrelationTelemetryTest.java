// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The SDK in this JVM, sending to a receiver on loopback. */
class CorrelationTelemetryTest {

  private static final String CIRCUIT = "80.L1XX.000001..TEST";

  private final List<String> requests = new CopyOnWriteArrayList<>();
  private HttpServer receiver;

  @BeforeEach
  void startReceiver() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1);
          String key = exchange.getRequestHeaders().getFirst("x-key");
          requests.add(exchange.getRequestURI() + " key=" + key + " " + body);
          exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    receiver.start();
    GlobalOpenTelemetry.resetForTest();
  }

  @AfterEach
  void stopReceiver() {
    receiver.stop(0);
    GlobalOpenTelemetry.resetForTest();
  }

  @Test
  void configure_withSdk_sendsSpansWithTheKeysToTheGateway() {
    try (CorrelationTelemetry telemetry = configure(Map.of())) {
      assertThat(telemetry.mode()).isEqualTo(CorrelationTelemetry.Mode.SDK);
      traceAnOrder();
    }

    assertThat(requests)
        .anyMatch(
            request ->
                request.startsWith("/v1/traces ")
                    && request.contains("arda")
                    && request.contains("circuit_id")
                    && request.contains(CIRCUIT));
  }

  @Test
  void configure_secondDestination_getsTheSameWithItsHeaders() {
    Map<String, String> second =
        Map.of(
            "CORRELATION_SECOND_OTLP_ENDPOINT",
            url() + "/second/",
            "CORRELATION_SECOND_OTLP_HEADERS",
            "x-key=k1");
    try (CorrelationTelemetry telemetry = configure(second)) {
      traceAnOrder();
    }

    assertThat(requests).anyMatch(request -> request.startsWith("/second/v1/traces key=k1 "));
    assertThat(requests).anyMatch(request -> request.startsWith("/v1/traces key=null "));
  }

  @Test
  void propagators_keysTravelAsHeadersBothWays_theHeaderWins() {
    try (CorrelationTelemetry telemetry = configure(Map.of())) {
      Map<String, String> carrier = new HashMap<>();
      GlobalOpenTelemetry.getPropagators()
          .getTextMapPropagator()
          .inject(
              Correlation.of(CorrelationKey.CIRCUIT_ID, CIRCUIT).storeIn(Context.root()),
              carrier,
              Map::put);
      assertThat(carrier)
          .containsEntry("X-Circuit-Id", CIRCUIT)
          .containsEntry("baggage", "circuit_id=" + CIRCUIT);

      carrier.put("X-Circuit-Id", "80.L1XX.000002..TEST");
      Context extracted =
          GlobalOpenTelemetry.getPropagators()
              .getTextMapPropagator()
              .extract(Context.root(), carrier, new MapGetter());
      assertThat(Correlation.from(extracted).get(CorrelationKey.CIRCUIT_ID))
          .isEqualTo("80.L1XX.000002..TEST");
    }
  }

  @Test
  void configure_resource_saysServiceHostAndEnvironment() {
    try (CorrelationTelemetry telemetry =
        configure(Map.of("DEPLOYMENT_ENV", "lab", "HOSTNAME", "node-7"))) {
      traceAnOrder();
    }

    assertThat(requests)
        .anyMatch(
            request ->
                request.startsWith("/v1/traces ")
                    && request.contains("deployment.environment")
                    && request.contains("lab")
                    && request.contains("node-7"));
  }

  @Test
  void configure_afterAnotherSdk_leavesItAsItIs() {
    try (CorrelationTelemetry first = configure(Map.of())) {
      try (CorrelationTelemetry second = configure(Map.of())) {
        assertThat(second.mode()).isEqualTo(CorrelationTelemetry.Mode.EXISTING);
      }
      traceAnOrder();
    }

    assertThat(requests).anyMatch(request -> request.startsWith("/v1/traces "));
  }

  @Test
  void configure_settingsThatAreWrong_isOffAndTheServiceStarts() {
    try (CorrelationTelemetry telemetry =
        CorrelationTelemetry.configure("arda", Map.of("CORRELATION_GATEWAY_URL", "no url: \\"))) {
      assertThat(telemetry.mode()).isEqualTo(CorrelationTelemetry.Mode.NONE);
      traceAnOrder();
    }
  }

  @Test
  void close_openWorkflow_isSentAsFailed() {
    Workflow workflow;
    try (CorrelationTelemetry telemetry = configure(Map.of())) {
      workflow = Workflow.start("create_network_service");
    }
    workflow.close();

    assertThat(requests)
        .anyMatch(
            request ->
                request.startsWith("/v1/traces ")
                    && request.contains("create_network_service")
                    && request.contains("the process ended"));
  }

  @Test
  void close_receiverThatDoesNotAnswer_endsWithTheDeadline() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      CorrelationTelemetry telemetry =
          CorrelationTelemetry.configure(
              "arda",
              Map.of("CORRELATION_GATEWAY_URL", "http://127.0.0.1:" + silent.getLocalPort()));
      traceAnOrder();
      long start = System.nanoTime();

      telemetry.close(Duration.ofMillis(300));

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void secondDestination_datadogKey_isThePresetOfTheSite() {
    assertThat(SecondDestination.of(Map.of())).isNull();
    assertThat(SecondDestination.of(Map.of("DD_API_KEY", " "))).isNull();
    assertThat(SecondDestination.of(Map.of("DD_API_KEY", "k")).endpoint())
        .isEqualTo("https://otlp.datadoghq.com");
    assertThat(
            SecondDestination.of(Map.of("DATADOG_API_KEY", "k", "DATADOG_SITE", "datadoghq.eu"))
                .endpoint())
        .isEqualTo("https://otlp.datadoghq.eu");
  }

  private CorrelationTelemetry configure(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("CORRELATION_GATEWAY_URL", url());
    return CorrelationTelemetry.configure("arda", environment);
  }

  private String url() {
    return "http://127.0.0.1:" + receiver.getAddress().getPort();
  }

  private static void traceAnOrder() {
    try (Scope scope = Correlation.of(CorrelationKey.CIRCUIT_ID, CIRCUIT).makeCurrent()) {
      Span span = GlobalOpenTelemetry.getTracer("test").spanBuilder("order").startSpan();
      span.end();
    }
  }

  private static final class MapGetter implements TextMapGetter<Map<String, String>> {
    @Override
    public Iterable<String> keys(Map<String, String> carrier) {
      return carrier.keySet();
    }

    @Override
    public String get(Map<String, String> carrier, String key) {
      return carrier.get(key);
    }
  }
}
