// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.BrokersApp;
import io.correlationstation.it.agent.app.ClientsApp;
import io.correlationstation.it.agent.app.JavalinApp;
import io.correlationstation.it.agent.app.RelayApp;
import io.correlationstation.it.agent.app.WorkApp;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever breaks inside the extension, the application answers as without it. */
class FaultsIT {

  @TempDir private Path directory;

  @Test
  void everyHookThrows_applicationAnswersAndIsTracedAndTheLogStaysQuiet() throws Exception {
    try (Scene scene =
        faulty(
            RelayApp.class,
            "carry/CorrelationPropagator.extractKeys",
            "carry/Egress.prepare",
            "carry/Egress.isDenied",
            "carry/Carrier.spanStarted",
            "carry/Carrier.withKeys",
            "carry/KeysOnLogs.setKeys",
            "http/CorrelationInstrumenterCustomizer$ServerStart.apply",
            "carry/Keys.valueAt",
            "body/BodyReading.enter")) {
      for (int i = 0; i < 20; i++) {
        scene.downstream.clear();
        scene.get("/relay?circuit_id=Q", "X-Circuit-Id", "C", "baggage", "tenant=t1");
        Headers sent = scene.downstream.next();
        assertThat(sent.getFirst("baggage")).isEqualTo("tenant=t1");
        assertThat(sent.getFirst("traceparent")).isNotNull();
        assertThat(scene.post("/body", "application/json", "{\"circuit_id\":\"C\"}").body())
            .isEqualTo("{\"circuit_id\":\"C\"}");
      }
      String traceId = scene.downstream.nextTraceId();
      scene.sink.awaitSpan(traceId, SpanKind.SPAN_KIND_SERVER);
      scene.sink.awaitSpan(traceId, SpanKind.SPAN_KIND_CLIENT);
      scene.sink.awaitLog(log -> log.getBody().getStringValue().equals("relaying"));
      awaitFailures(
          scene,
          Set.of(
              "bridge",
              "extract",
              "http-client",
              "http-server",
              "inject",
              "log",
              "response",
              "span"));
      assertThat(scene.child.lines())
          .filteredOn(line -> line.contains("the application goes on"))
          .hasSizeLessThanOrEqualTo(8);
    }
  }

  @Test
  void adviceThrows_methodsAndProcessesRunAsWithout() throws Exception {
    try (Scene scene =
        faulty(
            WorkApp.class,
            "annotation/MethodScopes.enter",
            "annotation/MethodScopes.exit",
            "process/Environment.add",
            "log4j/KeysProvider.supplyContextData")) {
      scene.get("/annotated", "X-Circuit-Id", "C-outer");
      assertThat(scene.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-outer");
      assertThat(scene.get("/child").body()).contains("TRACEPARENT=null");
      awaitFailures(scene, Set.of("bridge"));
    }
  }

  @Test
  void bodiesAndStatementsThrow_applicationReadsAndWritesAsWithout() throws Exception {
    try (Scene scene =
        faulty(
            JavalinApp.class,
            child -> child.set("otel.correlation.jdbc-rules", "circuit_id=circuits.id"),
            "body/BodyReading.enter",
            "body/BodyReading.parameter",
            "body/Listeners.listening",
            "body/Listeners.enter",
            "jdbc/Statements.prepared",
            "jdbc/Statements.bound")) {
      String json = "{\"circuit_id\":\"C\"}";
      String digest = scene.post("/body", "text/plain", json).body();
      for (String path : new String[] {"/body", "/reader", "/bytewise", "/async"}) {
        assertThat(scene.post(path, "application/json", json).body()).isEqualTo(digest);
      }
      String form = "circuit_id=C-form";
      assertThat(scene.post("/form", "application/x-www-form-urlencoded", form).body())
          .isEqualTo("C-form");
      scene.get("/jdbc/insert/C-1");
      awaitFailures(scene, Set.of("bridge"));
    }
  }

  @Test
  void responsesThrow_applicationReadsThemAsWithout() throws Exception {
    try (Scene scene =
        faulty(
            ClientsApp.class,
            child -> child.set("otel.correlation.response-rules", "circuit_id=/id"),
            "body/ResponseReading.read",
            "body/ResponseReading.enter",
            "body/ResponseReading.observe")) {
      scene.downstream.answerWith("{\"id\":\"C\"}");
      for (String path :
          new String[] {
            "/jdk", "/jdk-stream", "/url-connection-stream", "/okhttp-source", "/webclient"
          }) {
        assertThat(scene.get(path).body()).isEqualTo("{\"id\":\"C\"}");
      }
      awaitFailures(scene, Set.of("bridge"));
    }
  }

  @Test
  void messagesThrow_applicationGetsThemAsWithout() throws Exception {
    try (Scene scene =
        faulty(
            BrokersApp.class,
            child -> child.set("otel.correlation.message-rules", "work:circuit_id=/id"),
            "message/MessageReading.arrives")) {
      scene.post("/jms/work", "text/plain", "{\"id\":\"C\"}", "X-Product-Id", "P");

      assertThat(scene.downstream.next().getFirst("X-Product-Id")).isEqualTo("P");
      awaitFailures(scene, Set.of("consumer"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "settings/Settings.read",
        "Startup.start",
        "bridge/BridgeInstaller.appendToBootstrapClassPath",
        "StartLine.describe",
        "carry/Counters.register",
        "http/CorrelationInstrumenterCustomizer.addTo"
      })
  void startThrows_applicationRunsUnderTheAgent(String fault) throws Exception {
    try (Scene scene = faulty(RelayApp.class, fault)) {
      scene.get("/relay", "X-Circuit-Id", "C");

      scene.sink.awaitSpan(scene.downstream.nextTraceId(), SpanKind.SPAN_KIND_SERVER);
      assertThat(scene.child.output()).doesNotContain("failed to start");
    }
  }

  private Scene faulty(Class<?> main, String... faults) throws IOException {
    return faulty(main, child -> child, faults);
  }

  private Scene faulty(Class<?> main, UnaryOperator<ChildJvm.Builder> changes, String... faults)
      throws IOException {
    Path extension = directory.resolve("faulty.jar");
    FaultyExtension.write(extension, faults);
    return Scene.of(
        main,
        child ->
            changes
                .apply(child)
                .agent(
                    "-javaagent:" + ChildJvm.agent(), "-Dotel.javaagent.extensions=" + extension));
  }

  private static void awaitFailures(Scene scene, Set<String> hooks) {
    Set<String> seen = new TreeSet<>();
    await("failures of " + hooks + " in " + seen)
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              scene.sink.metrics().stream()
                  .filter(metric -> metric.getName().equals("correlation.failures"))
                  .flatMap(metric -> metric.getSum().getDataPointsList().stream())
                  .forEach(
                      point ->
                          seen.add(OtlpSink.attributes(point.getAttributesList()).get("hook")));
              return seen.equals(hooks);
            });
  }
}
