// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.correlationstation.correlation.CorrelationTelemetry.Mode;
import io.correlationstation.correlation.traced.EntityId;
import io.correlationstation.correlation.traced.OperationKind;
import io.correlationstation.correlation.traced.Traced;
import io.correlationstation.spring.TelemetryOfApplication;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.MethodParameter;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.stereotype.Service;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientRequestException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;

/** A whole application with the starter and nothing configured, asked over HTTP. */
class StarterTest {

  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");

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

      /** Answered by another thread, after the first one has left the filter. */
      @GetMapping("/later/{id}")
      Callable<String> later(@PathVariable("id") String id) {
        if (id.equals("fails")) {
          return () -> {
            throw new IllegalStateException("no such circuit");
          };
        }
        return () -> Correlation.current() + " " + inventory.find(id);
      }

      /** As a servlet would do it: nobody dispatches, the thread writes and completes. */
      @GetMapping("/raw")
      void raw(HttpServletRequest request) {
        AsyncContext answer = request.startAsync();
        answer.start(
            () -> {
              try {
                answer.getResponse().getWriter().print("raw");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              ((HttpServletResponse) answer.getResponse()).setStatus(503);
              answer.complete();
            });
      }
    }

    /** As Spring Boot makes them where its modules for them are there. */
    @Configuration(proxyBeanMethods = false)
    static class Clients {

      @Bean
      @Scope("prototype")
      RestClient.Builder restClient() {
        return RestClient.builder();
      }

      @Bean
      RestTemplate restTemplate() {
        return new RestTemplate();
      }

      @Bean
      @Scope("prototype")
      WebClient.Builder webClient() {
        return WebClient.builder().clientConnector(new JdkClientHttpConnector());
      }
    }

    /** Writes the body within the dispatch that answers. */
    @ControllerAdvice
    static class Answers implements ResponseBodyAdvice<Object> {

      @Override
      public boolean supports(
          MethodParameter method, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
      }

      @Override
      public Object beforeBodyWrite(
          Object body,
          MethodParameter method,
          MediaType type,
          Class<? extends HttpMessageConverter<?>> converter,
          ServerHttpRequest request,
          ServerHttpResponse response) {
        response.getHeaders().set("Answered-In", Span.current().getSpanContext().getSpanId());
        return body;
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
        .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
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
  void request_answeredLater_isOneSpanOfEveryThreadThatEndsWithTheAnswer() throws Exception {
    try (ConfigurableApplicationContext application = start()) {
      HttpResponse<String> answer = get(application, "/later/C-1", "X-Circuit-Id", "C-1");

      assertThat(answer.body()).isEqualTo("{circuit_id=C-1} found");
      SpanData server = awaitSpan("GET /later/{id}");
      SpanData query = span("Query.FindCircuit");
      assertThat(query.getParentSpanId()).isEqualTo(server.getSpanId());
      assertThat(answer.headers().firstValue("Answered-In")).contains(server.getSpanId());
      assertThat(server.getEndEpochNanos()).isGreaterThan(query.getEndEpochNanos());
      assertThat(server.getAttributes().get(STATUS)).isEqualTo(200);
    }
  }

  @Test
  void request_thatFailsLater_isFailed() throws Exception {
    try (ConfigurableApplicationContext application = start()) {
      get(application, "/later/fails", "X-Circuit-Id", "C-1");

      SpanData server = awaitSpan("GET /later/{id}");
      assertThat(server.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(server.getEvents()).extracting(EventData::getName).contains("exception");
    }
  }

  @Test
  void request_completedWithoutADispatch_hasTheStatusOfItsEnd() throws Exception {
    try (ConfigurableApplicationContext application = start()) {
      get(application, "/raw", "X-Circuit-Id", "C-1");

      assertThat(awaitSpan("GET /raw").getAttributes().get(STATUS)).isEqualTo(503);
    }
  }

  @Test
  void calls_ofEachClient_areClientSpansWhoseTraceAndKeysArrive() throws Exception {
    try (ConfigurableApplicationContext application = start()) {
      String url = "http://user@127.0.0.1:" + port(application) + "/circuits/C-1?secret=1";
      List<Supplier<String>> clients =
          List.of(
              () ->
                  application
                      .getBean(RestClient.Builder.class)
                      .build()
                      .get()
                      .uri(url)
                      .retrieve()
                      .body(String.class),
              () -> application.getBean(RestTemplate.class).getForObject(url, String.class),
              () ->
                  application
                      .getBean(WebClient.Builder.class)
                      .build()
                      .get()
                      .uri(url.replace("user@", ""))
                      .retrieve()
                      .bodyToMono(String.class)
                      .block());
      for (Supplier<String> client : clients) {
        spans.reset();
        String body;
        try (io.opentelemetry.context.Scope scope =
            Correlation.of(CorrelationKey.CIRCUIT_ID, "C-1").makeCurrent()) {
          body = client.get();
        }

        assertThat(body).startsWith("found {circuit_id=C-1}");
        SpanData server = awaitSpan("GET /circuits/{id}");
        SpanData call = awaitSpan("GET");
        assertThat(call.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(server.getParentSpanId()).isEqualTo(call.getSpanId());
        assertThat(call.getAttributes().get(STATUS)).isEqualTo(200);
        assertThat(call.getAttributes().get(AttributeKey.stringKey("url.full")))
            .isEqualTo("http://127.0.0.1:" + port(application) + "/circuits/C-1");
      }
    }
  }

  @Test
  void calls_thatFail_areFailedAndThrowAsBefore() {
    try (ConfigurableApplicationContext application = start()) {
      String missing = "http://127.0.0.1:" + port(application) + "/nothing-here";
      RestTemplate template = application.getBean(RestTemplate.class);
      WebClient client = application.getBean(WebClient.Builder.class).build();

      assertThatThrownBy(() -> template.getForObject(missing, String.class))
          .isInstanceOf(HttpClientErrorException.NotFound.class);
      assertThat(awaitSpan("GET").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      spans.reset();
      assertThatThrownBy(
              () -> client.get().uri("http://127.0.0.1:1/").retrieve().toBodilessEntity().block())
          .isInstanceOf(WebClientRequestException.class);
      SpanData refused = awaitSpan("GET");
      assertThat(refused.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(refused.getEvents()).extracting(EventData::getName).contains("exception");
    }
  }

  @Test
  void callsFalse_leavesTheClientsAlone() {
    try (ConfigurableApplicationContext application = start("--correlation.calls=false")) {
      assertThat(application.getBean(RestTemplate.class).getInterceptors()).isEmpty();
    }
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
              "correlation.calls",
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
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(application) + path))
                .headers(headers)
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static String port(ConfigurableApplicationContext application) {
    return application.getEnvironment().getRequiredProperty("local.server.port");
  }

  /** A server's span may end after the answer is there. */
  private SpanData awaitSpan(String name) {
    await()
        .until(() -> spans.getFinishedSpanItems().stream().anyMatch(s -> s.getName().equals(name)));
    return span(name);
  }

  private SpanData span(String name) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(spans.getFinishedSpanItems().toString()));
  }
}
