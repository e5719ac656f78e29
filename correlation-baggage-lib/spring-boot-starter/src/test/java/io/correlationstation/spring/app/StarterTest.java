// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.correlationstation.correlation.CorrelationTelemetry.Mode;
import io.correlationstation.correlation.traced.EntityId;
import io.correlationstation.correlation.traced.OperationKind;
import io.correlationstation.correlation.traced.Traced;
import io.correlationstation.spring.TelemetryOfApplication;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A whole application with the starter and nothing configured, asked over HTTP. */
class StarterTest {

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();

  @SpringBootApplication
  static class Application {

    @RestController
    static class Circuits {

      private final Inventory inventory;
      private final AsyncTaskExecutor executor;

      Circuits(Inventory inventory, AsyncTaskExecutor executor) {
        this.inventory = inventory;
        this.executor = executor;
      }

      @GetMapping("/circuits/{id}")
      String get(@PathVariable("id") String id) throws Exception {
        CompletableFuture<String> elsewhere = new CompletableFuture<>();
        executor.execute(() -> elsewhere.complete(Correlation.current().toString()));
        return inventory.find(id) + " " + Correlation.current() + " " + elsewhere.get();
      }
    }

    @Service
    static class Inventory {

      @Traced(value = OperationKind.QUERY, name = "FindCircuit")
      public String find(@EntityId String id) {
        return "found";
      }
    }
  }

  @BeforeEach
  void install() {
    GlobalOpenTelemetry.resetForTest();
    OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build())
        .buildAndRegisterGlobal();
  }

  @AfterEach
  void reset() {
    GlobalOpenTelemetry.resetForTest();
  }

  @Test
  void request_withKeys_isAServerSpanWithATracedBeanBelowAndTheKeysEverywhere() throws Exception {
    try (ConfigurableApplicationContext application = start()) {
      HttpResponse<String> answer = get(application, "/circuits/C-1", "X-Circuit-Id", "C-1");

      assertThat(answer.body()).isEqualTo("found {circuit_id=C-1} {circuit_id=C-1}");
      assertThat(answer.headers().firstValue("X-Circuit-Id")).contains("C-1");
      assertThat(application.getBean(TelemetryOfApplication.class).mode()).isEqualTo(Mode.EXISTING);
    }

    SpanData server = span("GET /circuits/{id}");
    SpanData query = span("Query.FindCircuit");
    assertThat(server.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(query.getParentSpanId()).isEqualTo(server.getSpanId());
    assertThat(query.getAttributes().get(AttributeKey.stringKey("entity.id"))).isEqualTo("C-1");
  }

  @Test
  void enabledFalse_nothingIsThere() throws Exception {
    try (ConfigurableApplicationContext application = start("--correlation.enabled=false")) {
      HttpResponse<String> answer = get(application, "/circuits/C-1", "X-Circuit-Id", "C-1");

      assertThat(answer.body()).isEqualTo("found {} {}");
      assertThat(application.getBeansOfType(TelemetryOfApplication.class)).isEmpty();
    }

    assertThat(spans.getFinishedSpanItems()).isEmpty();
  }

  @Test
  void tasksAndTracedOff_onlyTheRequestIsTold() throws Exception {
    try (ConfigurableApplicationContext application =
        start("--correlation.tasks=false", "--correlation.traced=false")) {
      assertThat(get(application, "/circuits/C-1", "X-Circuit-Id", "C-1").body())
          .isEqualTo("found {circuit_id=C-1} {}");
    }

    assertThat(spans.getFinishedSpanItems())
        .extracting(SpanData::getName)
        .containsExactly("GET /circuits/{id}");
  }

  @Test
  void withoutAnSdkSetUpBefore_theStarterSetsItUpAndEndsIt() {
    GlobalOpenTelemetry.resetForTest();
    for (String signal : new String[] {"traces", "metrics", "logs"}) {
      System.setProperty("otel." + signal + ".exporter", "none");
    }
    try (ConfigurableApplicationContext application =
        start("--correlation.requests=false", "--correlation.close-within=1s")) {
      assertThat(application.getBean(TelemetryOfApplication.class).mode()).isEqualTo(Mode.SDK);
      assertThat(GlobalOpenTelemetry.getTracer("t").spanBuilder("s").startSpan().isRecording())
          .isTrue();
    }

    assertThat(GlobalOpenTelemetry.getTracer("t").spanBuilder("s").startSpan().isRecording())
        .isFalse();
  }

  @Test
  void metadata_namesEveryProperty() throws IOException {
    try (InputStream metadata =
        StarterTest.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
      assertThat(new String(metadata.readAllBytes(), StandardCharsets.UTF_8))
          .contains(
              "correlation.enabled",
              "correlation.service-name",
              "correlation.requests",
              "correlation.tasks",
              "correlation.traced",
              "correlation.close-within");
    }
  }

  @Test
  void version_isTheOneThatThisRunIsAbout() {
    assertThat(SpringBootVersion.getVersion())
        .startsWith(System.getProperty("expected.spring-boot", "3."));
  }

  @Test
  void keyDeclaredByTheApplication_isInTheAnswerToo() throws Exception {
    CorrelationKey.declare("site_id", "X-Site-Id");
    try (ConfigurableApplicationContext application = start()) {
      assertThat(
              get(application, "/circuits/C-1", "X-Site-Id", "S-1")
                  .headers()
                  .firstValue("X-Site-Id"))
          .contains("S-1");
    }
  }

  private static ConfigurableApplicationContext start(String... arguments) {
    SpringApplication application = new SpringApplication(Application.class);
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--server.port=0";
    all[arguments.length + 1] = "--server.address=127.0.0.1";
    return application.run(all);
  }

  private static HttpResponse<String> get(
      ConfigurableApplicationContext application, String path, String... headers)
      throws IOException, InterruptedException {
    String port = application.getEnvironment().getProperty("local.server.port");
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .headers(headers)
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private SpanData span(String name) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(spans.getFinishedSpanItems().toString()));
  }
}
