// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.RelayApp;
import io.correlationstation.it.agent.app.WorkApp;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same application under other settings, agents and JVMs; one JVM a test. */
class ModesIT {

  @Test
  void disabled_isAsIfTheExtensionWereNotThere() throws Exception {
    try (Scene scene = scene(child -> child.set("otel.correlation.enabled", "false"))) {
      String response =
          scene
              .get("/relay?circuit_id=Q", "X-Circuit-Id", "C", "baggage", "product_id=P")
              .headers()
              .map()
              .toString();

      Headers sent = scene.downstream.next();
      assertThat(sent).doesNotContainKeys("X-circuit-id", "X-product-id");
      assertThat(sent.getFirst("baggage")).isEqualTo("product_id=P");
      assertThat(response).doesNotContain("x-trace-id", "x-circuit-id");
      Span server =
          scene.sink.awaitSpan(
              sent.getFirst("traceparent").substring(3, 35), SpanKind.SPAN_KIND_SERVER);
      assertThat(OtlpSink.attributes(server.getAttributesList())).doesNotContainKey("product_id");
      assertThat(scene.child.output()).doesNotContain("correlation:");
    }
  }

  @Test
  void b3Propagator_keepsWorkingBesideOurs() throws Exception {
    try (Scene scene = scene(child -> child.set("otel.propagators", "b3multi"))) {
      scene.get("/relay", "X-Circuit-Id", "C-b3");

      Headers sent = scene.downstream.next();
      assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo("C-b3");
      assertThat(sent.getFirst("X-B3-TraceId")).hasSize(32);
      assertThat(sent).doesNotContainKeys("Traceparent", "Baggage");
    }
  }

  @Test
  void nonePropagator_meansNone() throws Exception {
    try (Scene scene = scene(child -> child.set("otel.propagators", "none"))) {
      scene.get("/relay?circuit_id=C", "X-Circuit-Id", "C-none");

      assertThat(scene.downstream.next())
          .doesNotContainKeys("X-circuit-id", "Traceparent", "Baggage");
    }
  }

  @Test
  void unsampledRequest_stillCarriesKeys() throws Exception {
    try (Scene scene = scene(child -> child.set("otel.traces.sampler", "always_off"))) {
      scene.get("/relay?circuit_id=C-off");

      Headers sent = scene.downstream.next();
      assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo("C-off");
      assertThat(sent.getFirst("traceparent")).matches(".*-0[02]"); // not sampled
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2.33.1, otel.config.file",
    "2.31.1, otel.config.file",
    "2.24.0, otel.experimental.config.file" // its name then
  })
  void declarativeFile_carriesWithItsOwnSettings(String version, String property) throws Exception {
    Path file = Path.of("src/test/resources/agent/otel.yaml").toAbsolutePath();
    try (Scene scene =
        Scene.of(
            RelayApp.class,
            (child, sink) ->
                child
                    .agentVersion(version)
                    .set(property, file.toString())
                    .environment("SINK", sink.url()))) {
      scene.get("/relay?circuit_id=C-yaml", "X-Order", "O-1", "X-Product-Id", "P-1");

      Headers sent = scene.downstream.next();
      assertThat(sent.getFirst("X-Circuit-Id")).as(scene.child.output()).isEqualTo("C-yaml");
      assertThat(sent.getFirst("X-Order")).isEqualTo("O-1");
      assertThat(sent).doesNotContainKey("X-product-id");
      assertThat(sent.getFirst("baggage")).contains("circuit_id=C-yaml", "order=O-1");
      Span server =
          scene.sink.awaitSpan(
              sent.getFirst("traceparent").substring(3, 35), SpanKind.SPAN_KIND_SERVER);
      assertThat(OtlpSink.attributes(server.getAttributesList()))
          .containsEntry("circuit_id", "C-yaml")
          .containsEntry("order", "O-1");
      assertThat(
              OtlpSink.attributes(
                  scene
                      .sink
                      .awaitLog(log -> log.getBody().getStringValue().equals("relaying"))
                      .getAttributesList()))
          .containsEntry("circuit_id", "C-yaml");
      assertThat(scene.child.output()).contains("active; keys circuit_id,order");
    }
  }

  @Test
  void declarativeFile_withThePropertyThatTurnsAllOff_isAsWithout() throws Exception {
    Path file = Path.of("src/test/resources/agent/otel.yaml").toAbsolutePath();
    try (Scene scene =
        Scene.of(
            RelayApp.class,
            (child, sink) ->
                child
                    .set("otel.config.file", file.toString())
                    .set("otel.correlation.enabled", "false")
                    .environment("SINK", sink.url()))) {
      scene.get("/relay?circuit_id=C-yaml", "X-Order", "O-1");

      assertThat(scene.downstream.next()).doesNotContainKeys("X-circuit-id", "X-order");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "otel.javaagent.experimental.indy, 2.33.1",
    "otel.javaagent.experimental.indy, 2.31.1",
    "otel.javaagent.experimental.indy, 2.24.0",
    "otel.instrumentation.common.v3-preview, 2.33.1",
    "otel.instrumentation.common.v3-preview, 2.31.1"
  })
  void weavingModes_ofTheAgent_findBodies(String mode, String version) throws Exception {
    try (Scene scene = scene(child -> child.agentVersion(version).set(mode, "true"))) {
      assertCarries(scene);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.31.1", "2.24.0"})
  void olderAgents_carryAndFindBodies(String version) throws Exception {
    try (Scene scene = scene(child -> child.agentVersion(version))) {
      assertCarries(scene);
    }
  }

  @Test
  void oldestAgent_tellsChildProcessesTheKeys() throws Exception {
    try (Scene scene = Scene.of(WorkApp.class, child -> child.agentVersion("2.24.0"))) {
      assertThat(scene.get("/child", "X-Circuit-Id", "C-1").body())
          .contains("X_CIRCUIT_ID=C-1\n")
          .containsPattern("TRACEPARENT=00-[0-9a-f]{32}-");
    }
  }

  @Test
  void jdk25_carriesAndFindsBodies() throws Exception {
    Optional<Path> java = java25();
    assumeTrue(java.isPresent(), "no JDK 25 beside this one");
    try (Scene scene = scene(child -> child.java(java.get()))) {
      assertCarries(scene);
    }
  }

  private static void assertCarries(Scene scene) throws Exception {
    scene.post("/body", "application/json", "{\"circuit_id\":\"C-1\"}", "X-Product-Id", "P-1");

    Headers sent = scene.downstream.next();
    assertThat(sent.getFirst("X-Circuit-Id")).as(scene.child.output()).isEqualTo("C-1");
    assertThat(sent.getFirst("X-Product-Id")).isEqualTo("P-1");
    Span server =
        scene.sink.awaitSpan(
            sent.getFirst("traceparent").substring(3, 35), SpanKind.SPAN_KIND_SERVER);
    assertThat(OtlpSink.attributes(server.getAttributesList())).containsEntry("circuit_id", "C-1");
    assertThat(scene.child.output()).doesNotContain("failed to start", "the application goes on");
  }

  /** The java of a JDK 25 that is installed beside the one that runs the tests. */
  private static Optional<Path> java25() throws IOException {
    try (Stream<Path> installed =
        Files.list(Path.of(System.getProperty("java.home")).getParent())) {
      return installed
          .filter(home -> Files.isExecutable(home.resolve("bin/java")))
          .filter(ModesIT::isJdk25)
          .map(home -> home.resolve("bin/java"))
          .findFirst();
    }
  }

  private static boolean isJdk25(Path home) {
    try {
      return Files.readString(home.resolve("release")).contains("JAVA_VERSION=\"25");
    } catch (IOException noRelease) {
      return false;
    }
  }

  private static Scene scene(UnaryOperator<ChildJvm.Builder> changes) {
    return Scene.of(RelayApp.class, (child, sink) -> changes.apply(child));
  }
}
