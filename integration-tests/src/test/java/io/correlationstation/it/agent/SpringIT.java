// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.SpringApp;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** Spring Boot as people write it: MVC on Tomcat and WebFlux on Netty, calling with WebClient. */
class SpringIT {

  @Test
  void mvc_carriesAndFindsKeysInBodies() throws Exception {
    try (Scene scene = scene("servlet")) {
      assertCarries(scene);
      assertFindsKeysInResponses(scene);

      Headers sent = sentAfter(scene, "application/json", "{\"circuit_id\":\"C-mvc\"}");
      assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo("C-mvc");
    }
  }

  @Test
  void webFlux_carriesAndFindsKeysInBodies() throws Exception {
    try (Scene scene = scene("reactive")) {
      assertCarries(scene);
      assertFindsKeysInResponses(scene);

      Headers small =
          sentAfter(scene, "application/json", "{\"token\":\"canary\",\"circuit_id\":\"C-small\"}");
      assertThat(small.getFirst("X-Circuit-Id")).isEqualTo("C-small");
      assertThat(small.toString()).doesNotContain("canary");

      String text = "ü".repeat(15_000); // a body of several pieces
      String large =
          String.format("{\"a\":\"%s\",\"circuit_id\":\"C-large\",\"b\":\"%s\"}", text, text);
      assertThat(sentAfter(scene, "application/json", large).getFirst("X-Circuit-Id"))
          .isEqualTo("C-large");

      assertThat(sentAfter(scene, "text/plain", "{\"circuit_id\":\"C-none\"}"))
          .doesNotContainKey("X-circuit-id");
    }
  }

  /** What the service sends on after it was sent a body, which it has to read unchanged. */
  private static Headers sentAfter(Scene scene, String contentType, String body) throws Exception {
    assertThat(scene.post("/body", contentType, body).body()).isEqualTo(body);
    return scene.downstream.next();
  }

  private static Scene scene(String kind) {
    return Scene.of(
        SpringApp.class,
        child ->
            child
                .arguments(kind)
                .set("otel.correlation.response-rules", "resource_id=/created/id"));
  }

  /** Of a call of WebClient, for the call that is made when its response is there. */
  private static void assertFindsKeysInResponses(Scene scene) throws Exception {
    scene.clear();
    String json = "{\"token\":\"canary\",\"created\":{\"id\":\"R-1\"}}";
    scene.downstream.answerWith(json);

    assertThat(scene.get("/chain", "X-Circuit-Id", "C-1").body()).isEqualTo(json);

    assertThat(scene.downstream.next()).doesNotContainKey("X-resource-id");
    Headers later = scene.downstream.next();
    assertThat(later.getFirst("X-Resource-Id")).isEqualTo("R-1");
    assertThat(later.getFirst("X-Circuit-Id")).isEqualTo("C-1");
    assertThat(later.toString()).doesNotContain("canary");
    scene.downstream.answerWith("");
  }

  private static void assertCarries(Scene scene) throws Exception {
    HttpResponse<String> response =
        scene.get("/relay?product_id=P-1", "X-Circuit-Id", "C-1", "baggage", "tenant=t1");

    Headers sent = scene.downstream.next();
    assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo("C-1");
    assertThat(sent.getFirst("X-Product-Id")).isEqualTo("P-1");
    assertThat(sent.getFirst("baggage").split(","))
        .containsExactlyInAnyOrder("circuit_id=C-1", "product_id=P-1", "tenant=t1");
    String traceId = sent.getFirst("traceparent").substring(3, 35);
    assertThat(
            OtlpSink.attributes(
                scene.sink.awaitSpan(traceId, SpanKind.SPAN_KIND_SERVER).getAttributesList()))
        .containsEntry("circuit_id", "C-1")
        .containsEntry("product_id", "P-1");
    assertThat(response.headers().firstValue("X-Circuit-Id")).contains("C-1");
    assertThat(response.headers().firstValue("X-Trace-Id")).contains(traceId);
  }
}
