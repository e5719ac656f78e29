// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.AwsApp;
import io.correlationstation.it.agent.app.RelayApp;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What leaves to whom, and what is counted. */
class EgressIT {

  @Test
  void destination_thatIsNotAllowed_getsNoKeys() throws Exception {
    try (Scene scene =
        Scene.of(
            RelayApp.class,
            child ->
                child
                    .set("otel.correlation.egress.allow", ".internal")
                    .environment("OTEL_CORRELATION_RESPONSE_HEADERS", "false"))) {
      Map<String, List<String>> response =
          scene
              .get(
                  "/relay?request_id=R-1",
                  "X-Circuit-Id",
                  "C-1",
                  "baggage",
                  "product_id=P-1,tenant=t1")
              .headers()
              .map();
      assertThat(response).doesNotContainKeys("x-circuit-id", "x-request-id", "x-trace-id");

      Headers sent = scene.downstream.next();
      assertThat(sent).doesNotContainKeys("X-circuit-id", "X-product-id", "X-request-id");
      assertThat(sent.getFirst("baggage")).isEqualTo("tenant=t1");
      Span call =
          scene.sink.awaitSpan(
              sent.getFirst("traceparent").substring(3, 35), SpanKind.SPAN_KIND_CLIENT);
      assertThat(OtlpSink.attributes(call.getAttributesList()))
          .containsEntry("circuit_id", "C-1")
          .containsEntry("product_id", "P-1")
          .containsEntry("request_id", "R-1");
      awaitCount(scene, "correlation.egress.denied", Map.of("kind", "http"));
    }
  }

  @Test
  void awsCalls_toADestinationThatIsNotAllowed_getNoKeysBesideTheXRayHeader() throws Exception {
    try (Scene scene =
        Scene.of(AwsApp.class, child -> child.set("otel.correlation.egress.allow", ".internal"))) {
      for (String path : new String[] {"/s3", "/dynamodb"}) {
        scene.get(path, "X-Circuit-Id", "C-1", "baggage", "tenant=t1");

        Headers sent = scene.downstream.next();
        assertThat(sent.getFirst("X-Amzn-Trace-Id")).as(path).contains("Root=1-");
        assertThat(sent.toString()).as(path).doesNotContain("C-1");
      }
    }
  }

  @Test
  void keys_setToDropOrHmac_leaveThatWay(@TempDir Path directory) throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "s3cret\n");
    try (Scene scene =
        Scene.of(
            RelayApp.class,
            child ->
                child
                    .set("otel.correlation.key.circuit_id.egress", "hmac")
                    .set("otel.correlation.key.product_id.egress", "drop")
                    .set("otel.correlation.egress.hmac-secret-file", secret.toString()))) {
      scene.get("/relay", "X-Circuit-Id", "C-1", "X-Product-Id", "P-1", "X-Request-Id", "R-1");

      // HMAC-SHA-256 of "C-1" under "s3cret", first 32 hex digits
      String pseudonym = "d372c87afa2012537c7f8dce496bd27d";
      Headers sent = scene.downstream.next();
      assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo(pseudonym);
      assertThat(sent.getFirst("X-Request-Id")).isEqualTo("R-1");
      assertThat(sent).doesNotContainKey("X-product-id");
      assertThat(sent.getFirst("baggage").split(","))
          .containsExactlyInAnyOrder("circuit_id=" + pseudonym, "request_id=R-1");
    }
  }

  @Test
  void everythingThatHappensToValues_isCounted() throws Exception {
    try (Scene scene =
        Scene.of(
            RelayApp.class,
            child ->
                child
                    .set("otel.correlation.key.circuit_id.pattern", "C-\\d+")
                    .set("otel.correlation.key.product_id.max-length", "5")
                    .environment("X_RESOURCE_TYPE_ID", "T1")
                    .set("otel.correlation.max-bytes", "20")
                    .set("otel.correlation.max-bites", "20"))) {
      scene.get("/relay", "X-Circuit-Id", "wrong", "X-Product-Id", "longer");
      assertThat(scene.downstream.next()).doesNotContainKeys("X-circuit-id", "X-product-id");
      scene.get("/relay", "X-Circuit-Id", "C-1", "baggage", "circuit_id=C-2");
      Headers sent = scene.downstream.next();
      assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo("C-1");
      assertThat(sent.getFirst("X-Resource-Type-Id")).isEqualTo("T1");
      assertThat(sent.getFirst("baggage")).contains("circuit_id=C-1", "resource_type_id=T1");
      scene.get("/relay?resource_id=0123456789012345678901", "X-Circuit-Id", "C-1");

      awaitCount(
          scene, "correlation.values.rejected", Map.of("key", "circuit_id", "reason", "pattern"));
      awaitCount(
          scene, "correlation.values.rejected", Map.of("key", "product_id", "reason", "length"));
      awaitCount(
          scene, "correlation.values.rejected", Map.of("key", "resource_id", "reason", "bytes"));
      awaitCount(scene, "correlation.conflicts", Map.of("key", "circuit_id"));
      awaitCount(scene, "correlation.discovered", Map.of("key", "circuit_id", "source", "header"));
      awaitCount(
          scene,
          "correlation.discovered",
          Map.of("key", "resource_type_id", "source", "environment"));
      assertThat(scene.child.output())
          .contains(
              "otel.correlation.max-bites is not a setting; nearest: otel.correlation.max-bytes");
    }
  }

  private static void awaitCount(Scene scene, String name, Map<String, String> attributes) {
    await(name + attributes)
        .atMost(Duration.ofSeconds(20))
        .until(() -> scene.sink.metrics().stream().anyMatch(m -> counts(m, name, attributes)));
  }

  private static boolean counts(Metric metric, String name, Map<String, String> attributes) {
    return metric.getName().equals(name)
        && metric.getSum().getDataPointsList().stream()
            .anyMatch(point -> isAt(point, attributes) && point.getAsInt() > 0);
  }

  private static boolean isAt(NumberDataPoint point, Map<String, String> attributes) {
    return OtlpSink.attributes(point.getAttributesList()).equals(attributes);
  }
}
