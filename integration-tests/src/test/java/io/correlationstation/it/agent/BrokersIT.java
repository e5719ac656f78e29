// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.BrokersApp;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys through a real AMQP broker and through JMS, in headers and by rule. */
class BrokersIT {

  private static final String BYTES = "application/octet-stream";

  @TempDir private static Path directory;

  private static AmqpBroker broker;
  private static Scene scene;

  @BeforeAll
  static void start() throws Exception {
    broker = new AmqpBroker(directory);
    scene = scene(broker, child -> child);
  }

  private static Scene scene(AmqpBroker broker, UnaryOperator<ChildJvm.Builder> changes) {
    return Scene.of(
        BrokersApp.class,
        child ->
            changes.apply(
                child
                    .environment("AMQP", Integer.toString(broker.port()))
                    .set("otel.correlation.egress.topics", "orders,tasks,work")
                    .set(
                        "otel.correlation.message-rules",
                        "orders:circuit_id=/circuit/id,tasks:circuit_id=/c,work:circuit_id=/c,"
                            + "work:request_id=ref,tasks:request_id=ref")));
  }

  @AfterAll
  static void stop() {
    if (scene != null) {
      scene.close();
    }
    broker.close();
  }

  @BeforeEach
  void forget() {
    scene.clear();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/amqp/tasks", "/amqp/orders", "/jms/work"})
  void message_carriesKeysInItsHeaders(String path) throws Exception {
    scene.post(path, BYTES, "x", "X-Circuit-Id", "C-1", "baggage", "product_id=P-1,tenant=t1");

    Headers sent = scene.downstream.next();
    assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo("C-1");
    assertThat(sent.getFirst("X-Product-Id")).isEqualTo("P-1");
    assertThat(sent.getFirst("baggage")).contains("tenant=t1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/amqp/foreign", "/amqp/hidden"})
  void exchangeOrQueue_thatIsNotAllowed_getsNoKeys(String path) throws Exception {
    scene.post(path, BYTES, "x", "X-Circuit-Id", "C-1", "baggage", "product_id=P-1,tenant=t1");

    Headers sent = scene.downstream.next();
    assertThat(sent).doesNotContainKeys("X-circuit-id", "X-product-id");
    assertThat(sent.getFirst("baggage")).isEqualTo("tenant=t1");
  }

  @ParameterizedTest
  @CsvSource({
    "/amqp/tasks, application/octet-stream",
    "/jms/work, application/octet-stream",
    "/jms/work, text/plain"
  })
  void payload_thatARuleFits_isOnLaterCallsAndOnTheSpanOfTheMessage(String path, String type)
      throws Exception {
    scene.post(path, type, "{\"secret\":\"canary\",\"c\":\"C-2\"}");

    assertFound("C-2");
  }

  @Test
  void jms_bytes_areReadByTheApplicationFromTheirBeginning() throws Exception {
    scene.post("/jms/work", BYTES, "{\"c\":\"C\\u002d8\"} to the end");

    assertFound("C-8");
    assertThat(scene.get("/jms/work").body()).contains("27:{\"c\":\"C\\u002d8\"} to the end");
  }

  @Test
  void payload_thatARuleForTheExchangeFits_isFound() throws Exception {
    scene.post("/amqp/orders", BYTES, "{\"circuit\":{\"id\":\"C-3\"}}");

    assertFound("C-3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/amqp/tasks", "/jms/work"})
  void header_thatARuleNames_isFound(String path) throws Exception {
    scene.post(path + "?ref=R-1", BYTES, "x");

    assertThat(scene.downstream.next().getFirst("X-Request-Id")).isEqualTo("R-1");
  }

  @Test
  void jms_peerWithoutAgent_sendsAndReadsTheEscapedNames() throws Exception {
    scene.post("/jms/work?X__dash__Circuit__dash__Id=C-peer", BYTES, "x");

    assertThat(scene.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-peer");

    scene.post("/jms/work", BYTES, "x", "X-Product-Id", "P-1");
    scene.downstream.next();
    assertThat(scene.get("/jms/work").body()).contains("X__dash__Product__dash__Id", "baggage");
  }

  @Test
  void messages_manyAtOnce_haveTheirOwnKeys() throws Exception {
    Set<String> expected = new TreeSet<>();
    for (int i = 0; i < 20; i++) {
      scene.post(i % 2 == 0 ? "/amqp/tasks" : "/jms/work", BYTES, "{\"c\":\"C-" + i + "\"}");
      expected.add("C-" + i);
    }

    Set<String> seen = new TreeSet<>();
    for (int i = 0; i < 20; i++) {
      seen.add(scene.downstream.next().getFirst("X-Circuit-Id"));
    }
    assertThat(seen).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "2.31.1, 'orders,tasks,work'",
    "2.24.0, *" // it names exchange and queue only after the span has started
  })
  void olderAgents_findKeysInHeadersAndPayloads(String version, String topics, @TempDir Path own)
      throws Exception {
    try (AmqpBroker itsBroker = new AmqpBroker(own); // whose messages nobody else takes
        Scene older =
            scene(
                itsBroker,
                child ->
                    child.agentVersion(version).set("otel.correlation.egress.topics", topics))) {
      for (String path : List.of("/amqp/tasks", "/jms/work")) {
        older.post(path + "?ref=R-1", BYTES, "{\"c\":\"C-1\"}", "X-Product-Id", "P-1");

        Headers sent = older.downstream.next();
        assertThat(sent.getFirst("X-Circuit-Id")).as(path).isEqualTo("C-1");
        assertThat(sent.getFirst("X-Request-Id")).as(path).isEqualTo("R-1");
        assertThat(sent.getFirst("X-Product-Id")).as(path).isEqualTo("P-1");
      }
      older.post("/amqp/orders", BYTES, "{\"circuit\":{\"id\":\"C-2\"}}");
      assertThat(older.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-2");
    }
  }

  private static void assertFound(String circuit) throws InterruptedException {
    Headers sent = scene.downstream.next();
    assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo(circuit);
    assertThat(sent.toString()).doesNotContain("canary");
    Span consumer =
        scene.sink.awaitSpan(
            sent.getFirst("traceparent").substring(3, 35), SpanKind.SPAN_KIND_CONSUMER);
    assertThat(OtlpSink.attributes(consumer.getAttributesList()))
        .containsEntry("circuit_id", circuit)
        .doesNotContainValue("canary");
  }
}
