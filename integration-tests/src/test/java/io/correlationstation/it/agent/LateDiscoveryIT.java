// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.JavalinApp;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys in bodies and paths, on Javalin and Jetty. */
class LateDiscoveryIT {

  private static final String JSON = "application/json; charset=utf-8";
  private static final String ORDER =
      "{\"secret\":\"canary-7\",\"circuitId\":\"C-1\",\"order\":{\"ref\":{\"id\":\"P-1\"}}}";

  private static final List<String> PARALLEL = List.of("/body", "/bytewise", "/async");

  private static Scene scene;

  @BeforeAll
  static void start() {
    scene =
        Scene.of(
            JavalinApp.class,
            child ->
                child
                    .set("otel.correlation.json-rules", "product_id=/order/ref/id")
                    .set(
                        "otel.correlation.jdbc-rules",
                        "circuit_id=circuits.id,resource_id=circuits.number")
                    .set(
                        "otel.correlation.path-rules", "/circuits/{circuit_id},/*/{request_id}/x"));
  }

  @AfterAll
  static void stop() {
    scene.close();
  }

  @BeforeEach
  void forget() {
    scene.clear();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/body", "/reader", "/bytewise", "/async"})
  void jsonBody_howeverItIsRead_isOnLaterCallsAndTheServerSpan(String path) throws Exception {
    assertThat(scene.post(path, JSON, ORDER).body()).isEqualTo(sha256(ORDER.getBytes("UTF-8")));

    Headers sent = scene.downstream.next();
    assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo("C-1");
    assertThat(sent.getFirst("X-Product-Id")).isEqualTo("P-1");
    assertThat(sent.getFirst("baggage").split(","))
        .containsExactlyInAnyOrder("circuit_id=C-1", "product_id=P-1");
    String traceId = sent.getFirst("traceparent").substring(3, 35);
    Span server = scene.sink.awaitSpan(traceId, SpanKind.SPAN_KIND_SERVER);
    assertThat(OtlpSink.attributes(server.getAttributesList()))
        .containsEntry("circuit_id", "C-1")
        .containsEntry("product_id", "P-1")
        .doesNotContainValue("canary-7");
    assertThat(sent.toString()).doesNotContain("canary");
  }

  @Test
  void formField_askedFor_isOnLaterCalls() throws Exception {
    String answer =
        scene.post("/form", "application/x-www-form-urlencoded", "a=b&circuit_id=C%2D5&c=d").body();

    assertThat(answer).isEqualTo("C-5");
    assertThat(scene.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-5");
  }

  @Test
  void path_thatFitsARule_isOnLaterCalls() throws Exception {
    scene.get("/circuits/C-9");

    assertThat(scene.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-9");
  }

  @ParameterizedTest
  @CsvSource({
    "select, X-Circuit-Id, C-select",
    "insert, X-Circuit-Id, C-insert",
    "number, X-Resource-Id, 4711"
  })
  void parameterOfAStatement_thatARuleNames_isOnLaterCalls(String how, String header, String value)
      throws Exception {
    scene.get("/jdbc/" + how + "/" + value);

    Headers sent = scene.downstream.next();
    assertThat(sent.getFirst(header)).isEqualTo(value);
    Span query =
        scene.sink.awaitSpan(
            span ->
                span.getKind() == SpanKind.SPAN_KIND_CLIENT
                    && OtlpSink.attributes(span.getAttributesList()).containsValue(value)
                    && span.getName().contains("circuits"));
    assertThat(OtlpSink.hex(query.getTraceId()))
        .isEqualTo(sent.getFirst("traceparent").substring(3, 35));
  }

  @Test
  void parameterOfAnotherColumn_isNoKey() throws Exception {
    scene.get("/jdbc/name/secret-name");

    assertThat(scene.downstream.next().toString()).doesNotContain("secret-name");
  }

  @Test
  void body_ofAnotherType_isNotLookedAt() throws Exception {
    scene.post("/body", "text/plain", ORDER);

    assertThat(scene.downstream.next()).doesNotContainKey("X-circuit-id");
  }

  @Test
  void body_withKeyThatTheHeaderHas_leavesTheHeaderAlone() throws Exception {
    scene.post("/body", JSON, ORDER, "X-Circuit-Id", "FROM-HEADER");

    assertThat(scene.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("FROM-HEADER");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"circuit_id\":\"C",
        "}}}]]{\"circuit_id\":",
        "{\"circuit_id\":{\"circuit_id\":[[[\"",
        "\u0000\u0001{\"a\\\"b\":\"\\"
      })
  void body_malformed_arrivesUnchanged(String body) throws Exception {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);

    assertThat(scene.post("/body", JSON, body).body()).isEqualTo(sha256(bytes));
    assertThat(scene.downstream.next()).doesNotContainKey("X-circuit-id");
  }

  @Test
  void body_of10Megabytes_arrivesUnchangedAlsoInChunks() throws Exception {
    byte[] body = new byte[10 * 1024 * 1024];
    new Random(1).nextBytes(body);
    System.arraycopy("{\"circuit_id\":\"C-big\",\"x\":\"".getBytes("UTF-8"), 0, body, 0, 27);

    for (BodyPublisher publisher :
        new BodyPublisher[] {
          BodyPublishers.ofByteArray(body),
          BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))
        }) {
      assertThat(scene.post("/body", JSON, publisher).body()).isEqualTo(sha256(body));
      assertThat(scene.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-big");
    }
  }

  /** Bytes of all kinds, JSON that was broken somewhere, in chunks of all sizes. */
  @ParameterizedTest
  @ValueSource(strings = {"/body", "/bytewise", "/async", "/reader"})
  void body_ofAnyBytes_arrivesUnchanged(String path) throws Exception {
    Random random = new Random(path.hashCode());
    for (int round = 0; round < 50; round++) {
      byte[] body = anyBody(random, path.equals("/reader"));
      int piece = 1 + random.nextInt(200);
      BodyPublisher publisher =
          random.nextBoolean()
              ? BodyPublishers.ofByteArray(body)
              : BodyPublishers.ofByteArrays(pieces(body, piece));

      assertThat(scene.post(path, JSON, publisher).body())
          .as("round %s of %s", round, path)
          .isEqualTo(sha256(body));
    }
  }

  private static byte[] anyBody(Random random, boolean ascii) {
    byte[] body = new byte[random.nextInt(3000)];
    byte[] order = ORDER.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < body.length; i++) {
      body[i] =
          random.nextInt(10) > 0
              ? order[i % order.length]
              : (byte) (ascii ? random.nextInt(0x80) : random.nextInt());
    }
    return body;
  }

  private static List<byte[]> pieces(byte[] body, int size) {
    List<byte[]> pieces = new ArrayList<>();
    for (int at = 0; at < body.length; at += size) {
      pieces.add(Arrays.copyOfRange(body, at, Math.min(body.length, at + size)));
    }
    return pieces;
  }

  @Test
  void body_thatBreaksOff_endsThatRequestOnly() throws Exception {
    for (String path : new String[] {"/body", "/bytewise", "/async", "/reader"}) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), scene.port())) {
        String head =
            "POST " + path + " HTTP/1.1\r\nHost: it\r\nContent-Type: application/json\r\n";
        socket
            .getOutputStream()
            .write((head + "Content-Length: 500\r\n\r\n{\"circuit_id\":\"C").getBytes("UTF-8"));
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      }
      scene.clear();

      scene.post("/body", JSON, "{\"circuit_id\":\"C-after\"}");

      assertThat(scene.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-after");
    }
    assertThat(scene.child.output()).doesNotContain("the application goes on");
  }

  @Test
  void key_beyondTheBound_isNotFound() throws Exception {
    String body = "{\"pad\":\"" + "x".repeat(70_000) + "\",\"circuit_id\":\"C-far\"}";

    scene.post("/body", JSON, body);

    assertThat(scene.downstream.next()).doesNotContainKey("X-circuit-id");
  }

  @Test
  void requests_inParallel_neverSeeEachOthersKeys() throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> sent = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String id = "par-" + i;
        String body = "{\"circuit_id\":\"" + id + "\",\"request_id\":\"" + id + "\"}";
        sent.add(clients.submit(() -> scene.post(PARALLEL.get(i(id) % 3), JSON, body)));
      }
      for (Future<?> one : sent) {
        one.get();
      }
    } finally {
      clients.shutdownNow();
    }
    for (int i = 0; i < 200; i++) {
      Headers headers = scene.downstream.next();
      assertThat(headers.getFirst("X-Circuit-Id"))
          .startsWith("par-")
          .isEqualTo(headers.getFirst("X-Request-Id"));
    }
  }

  private static int i(String id) {
    return Integer.parseInt(id.substring(4));
  }

  private static String sha256(byte[] body) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
  }
}
