// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.MessageApp;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys through gRPC and through a real Kafka broker. */
class MessageIT {

  @TempDir private static Path directory;

  private static KafkaBroker broker;
  private static Scene scene;

  @BeforeAll
  static void start() throws Exception {
    broker = new KafkaBroker(directory);
    scene =
        Scene.of(
            MessageApp.class,
            child ->
                child
                    .environment("KAFKA", broker.address())
                    .set("otel.correlation.egress.topics", "orders*")
                    .set(
                        "otel.correlation.message-rules",
                        "foreign:circuit_id=/order/c,foreign:request_id=ref"));
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

  @Test
  void grpc_carriesKeysInMetadata() throws Exception {
    scene.get("/grpc?product_id=P-grpc", "X-Circuit-Id", "C-grpc");

    Headers sent = scene.downstream.next();
    assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo("C-grpc");
    assertThat(sent.getFirst("X-Product-Id")).isEqualTo("P-grpc");
  }

  @Test
  void kafka_messagesOfABatch_haveTheirOwnKeys() throws Exception {
    Set<String> expected = new TreeSet<>();
    for (int i = 0; i < 20; i++) {
      scene.get("/kafka/orders", "X-Circuit-Id", "C-" + i, "X-Request-Id", "R-" + i);
      expected.add("C-" + i + " R-" + i);
    }

    Set<String> seen = new TreeSet<>();
    for (int i = 0; i < 20; i++) {
      Headers sent = scene.downstream.next();
      seen.add(sent.getFirst("X-Circuit-Id") + " " + sent.getFirst("X-Request-Id"));
    }
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void kafka_topicThatIsNotAllowed_getsNoKeys() throws Exception {
    scene.get("/kafka/foreign", "X-Circuit-Id", "C-foreign");

    Headers sent = scene.downstream.next();
    assertThat(sent).doesNotContainKeys("X-circuit-id", "Baggage");
    assertThat(sent.getFirst("traceparent")).isNotNull();
  }

  @Test
  void kafka_payloadsOfABatch_haveTheirOwnKeys() throws Exception {
    Set<String> expected = new TreeSet<>();
    for (int i = 0; i < 20; i++) {
      scene.post("/kafka/foreign", "text/plain", "{\"order\":{\"c\":\"C-" + i + "\"}}");
      expected.add("C-" + i);
    }

    Set<String> seen = new TreeSet<>();
    for (int i = 0; i < 20; i++) {
      seen.add(scene.downstream.next().getFirst("X-Circuit-Id"));
    }
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void kafka_headerThatARuleNames_isFound() throws Exception {
    scene.get("/kafka/foreign?R-7");

    assertThat(scene.downstream.next().getFirst("X-Request-Id")).isEqualTo("R-7");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.31.1", "2.24.0"})
  void olderAgents_findKeysInRecordsAndMetadata(String version) throws Exception {
    String topic = "work-" + version;
    try (Scene older =
        Scene.of(
            MessageApp.class,
            child ->
                child
                    .agentVersion(version)
                    .environment("KAFKA", broker.address())
                    .environment("GROUP", topic)
                    .set(
                        "otel.correlation.message-rules",
                        topic + ":circuit_id=/order/c," + topic + ":request_id=ref"))) {
      Set<String> expected = new TreeSet<>();
      for (int i = 0; i < 5; i++) {
        String payload = "{\"order\":{\"c\":\"" + version + "-" + i + "\"}}";
        older.post("/kafka/" + topic + "?R-" + i, "text/plain", payload, "X-Product-Id", "P-" + i);
        expected.add(version + "-" + i + " R-" + i + " P-" + i);
      }

      Set<String> seen = new TreeSet<>();
      while (seen.size() < expected.size()) {
        Headers sent = older.downstream.next();
        seen.add(
            sent.getFirst("X-Circuit-Id")
                + " "
                + sent.getFirst("X-Request-Id")
                + " "
                + sent.getFirst("X-Product-Id"));
      }
      assertThat(seen).isEqualTo(expected);

      older.get("/grpc", "X-Circuit-Id", "C-grpc");
      assertThat(older.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-grpc");
    }
  }

  @Test
  void kafka_whenTheAgentLinksMessages_carriesAllTheSame_andGrpcIsGuarded() throws Exception {
    try (Scene linked =
        Scene.of(
            MessageApp.class,
            child ->
                child
                    .environment("KAFKA", broker.address())
                    .environment("GROUP", "linked")
                    .set("otel.correlation.egress.allow", "127.0.0.0/8")
                    .set(
                        "otel.instrumentation.messaging.experimental.receive-telemetry.enabled",
                        "true"))) {
      for (int i = 0; i < 5; i++) {
        linked.get("/kafka/linked", "X-Circuit-Id", "C-" + i);
      }

      Set<String> seen = new TreeSet<>();
      for (int i = 0; i < 5; i++) {
        seen.add(linked.downstream.next().getFirst("X-Circuit-Id"));
      }
      assertThat(seen).containsExactly("C-0", "C-1", "C-2", "C-3", "C-4");

      // gRPC goes to localhost, which that block of addresses does not name
      linked.get("/grpc", "X-Circuit-Id", "C-rpc");
      assertThat(linked.downstream.next()).doesNotContainKey("X-circuit-id");
    }
  }
}
