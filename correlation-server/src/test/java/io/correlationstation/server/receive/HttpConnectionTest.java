// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.journal.Signal;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens on the connection: sizes, slow and vanishing senders, versions of HTTP. */
@Timeout(60)
class HttpConnectionTest {

  private static final int LIMIT = 1_000_000;

  private final ReceiverFixture fixture =
      new ReceiverFixture(
          settings ->
              settings
                  .maxBodyBytes(LIMIT)
                  .maxInFlightBytes(8L * LIMIT)
                  .slowBodyGrace(Duration.ofMillis(500)));

  @AfterEach
  void close() {
    fixture.close();
    fixture.assertAccounting();
    assertThat(inFlightBytes()).isZero();
  }

  @Test
  void post_R06_afterAnErrorOnTheSameConnection_isAnswered() throws Exception {
    byte[] good = Otlp.request(Signal.TRACES);
    try (RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.head("Content-Length: 3").send(new byte[] {0x0f, 1, 2});
      assertThat(http.read().status()).isEqualTo(400);

      http.head("Content-Length: " + good.length).send(good);
      assertThat(http.read().status()).isEqualTo(200);
    }
  }

  @Test
  void post_brokenChunk_is400InTheEncodingOfTheRequest() throws Exception {
    try (RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.head("Transfer-Encoding: chunked").send("no chunk\r\n\r\n");

      RawHttp.Response refused = http.read();

      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.headers()).containsEntry("content-type", "application/x-protobuf");
      assertThat(refused.body()).startsWith(0x08, 3); // code 3
    }
    assertThat(fixture.journal.frames()).isEmpty();
  }

  @Test
  void post_R06_errorBeforeTheBodyIsRead_leavesTheConnectionInOrder() throws Exception {
    byte[] good = Otlp.request(Signal.TRACES);
    try (RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.send(
          "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
              + "Content-Length: 5\r\n\r\nabcde");
      RawHttp.Response refused = http.read();
      assertThat(refused.status()).isEqualTo(415);

      if (!"close".equals(refused.headers().get("connection"))) {
        http.head("Content-Length: " + good.length).send(good);
        assertThat(http.read().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void post_R29JV06_senderGoesAwayInMidBody_storesNothingAndIsCounted() throws Exception {
    byte[] body = Otlp.traces(100).toByteArray();
    try (RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.head("Content-Length: " + body.length).send(Arrays.copyOf(body, body.length / 2));
      await().until(() -> inFlightBytes() > 0);
    }

    await()
        .untilAsserted(
            () ->
                assertThat(fixture.counted("corr_receiver_aborted_requests", Map.of()))
                    .isEqualTo(1));
    assertThat(fixture.journal.frames()).isEmpty();
    assertThat(inFlightBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void post_R40_atTheLimit_is200(boolean chunked) throws Exception {
    byte[] body = ofSize(LIMIT);

    assertThat(send(body, chunked).status()).isEqualTo(200);
    assertThat(fixture.journal.frames().get(0).payload()).isEqualTo(body);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void post_R40_overTheLimit_is413(boolean chunked) throws Exception {
    RawHttp.Response response = send(ofSize(LIMIT + 1), chunked);

    assertThat(response.status()).isEqualTo(413);
    assertThat(response.headers()).containsEntry("content-type", OtlpDialect.PROTOBUF);
    assertThat(fixture.journal.frames()).isEmpty();
  }

  @Test
  void post_R41JV02_endlessChunkedBody_is413AndMemoryStaysBounded() throws Exception {
    byte[] chunk = new byte[100_000];
    try (RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.head("Transfer-Encoding: chunked");
      long sent = 0;
      try {
        while (sent < 200_000_000 && http.in().available() == 0) {
          http.chunk(chunk);
          sent += chunk.length;
          assertThat(inFlightBytes()).isLessThanOrEqualTo(2L * LIMIT);
        }
      } catch (IOException e) {
        assertThat(e).as("closed while sending").isNotNull();
      }

      assertThat(sent).isLessThan(50_000_000);
      assertThat(http.read().status()).isEqualTo(413);
    }
  }

  @Test
  void post_R42_gzipBomb_is413() throws Exception {
    byte[] bomb = gzip(new byte[100_000_000]);
    assertThat(bomb.length).isLessThan(LIMIT);

    HttpResponse<byte[]> response = fixture.postTraces(bomb, "Content-Encoding", "gzip");

    assertThat(response.statusCode()).isEqualTo(413);
  }

  @Test
  void post_R43_compressedBodyOverTheLimit_is413() throws Exception {
    byte[] noise = new byte[LIMIT + 1000];
    new Random(1).nextBytes(noise);

    HttpResponse<byte[]> response = fixture.postTraces(gzip(noise), "Content-Encoding", "gzip");

    assertThat(response.statusCode()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GZIP", "x-gzip", "gzip"})
  void post_R31JV03_gzip_isStoredInflated(String coding) throws Exception {
    byte[] body = Otlp.traces(10).toByteArray();

    assertThat(fixture.postTraces(gzip(body), "Content-Encoding", coding).statusCode())
        .isEqualTo(200);
    assertThat(fixture.journal.frames().get(0).payload()).isEqualTo(body);
  }

  @Test
  void post_R32R33_wrongCodings_areRefusedForGood() {
    byte[] body = Otlp.request(Signal.TRACES);

    assertThat(fixture.postTraces(body, "Content-Encoding", "nosuchcompression").statusCode())
        .isEqualTo(415);
    assertThat(fixture.postTraces(body, "Content-Encoding", "gzip").statusCode()).isEqualTo(400);
    assertThat(fixture.postTraces(new byte[0], "Content-Encoding", "gzip").statusCode())
        .isEqualTo(400);
    assertThat(fixture.postTraces(body, "Content-Encoding", "identity").statusCode())
        .isEqualTo(200);
  }

  @Test
  void post_R44_moreBytesThanTheBudget_someAreToldToComeAgain() throws Exception {
    fixture.journal.stall();
    List<RawHttp> senders = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      byte[] body = ofSize(900_000 + i);
      RawHttp http = new RawHttp(fixture.otlpPort());
      http.head("Content-Length: " + body.length).send(body);
      senders.add(http);
      assertThat(inFlightBytes()).isLessThanOrEqualTo(8L * LIMIT);
    }
    await()
        .until(
            () -> fixture.journal.held() > 0 && refusedForMemory() + fixture.journal.held() == 20);
    fixture.journal.release();

    int stored = 0;
    for (RawHttp sender : senders) {
      RawHttp.Response response = sender.read();
      assertThat(response.status()).isIn(200, 503);
      assertThat(response.headers().containsKey("retry-after")).isEqualTo(response.status() == 503);
      stored += response.status() == 200 ? 1 : 0;
      sender.close();
    }
    assertThat(stored).isBetween(1, 8).isEqualTo(fixture.journal.frames().size());
  }

  @Test
  void post_R45_slowSenders_areClosedAndHoldNoThread() throws Exception {
    List<RawHttp> slow = new ArrayList<>();
    for (int i = 0; i < 200; i++) { // three times the threads there are
      slow.add(new RawHttp(fixture.otlpPort()).head("Content-Length: 1000").send("x"));
    }

    assertThat(fixture.postTraces(Otlp.request(Signal.TRACES)).statusCode()).isEqualTo(200);

    for (RawHttp each : slow) {
      RawHttp.Response response = each.read();
      assertThat(response.status()).isEqualTo(408);
      assertThat(response.headers()).containsEntry("connection", "close");
      assertThat(each.closed()).isTrue();
      each.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void post_JV01_fiveMegabytes_is200OnBothPorts(boolean mainPort) {
    try (ReceiverFixture usual = new ReceiverFixture()) {
      byte[] body = ofSize(5_000_000);

      HttpResponse<byte[]> response =
          usual.post(
              mainPort ? usual.main("/api/otlp/v1/traces") : usual.otlp("/v1/traces"),
              OtlpDialect.PROTOBUF,
              body);

      assertThat(response.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void get_otherPathOfMainPort_isLeftToItsRoutes() {
    HttpResponse<byte[]> response =
        fixture.send(HttpRequest.newBuilder(fixture.main("/health")).build());

    assertThat(response.body()).isEqualTo("ok".getBytes(ISO_8859_1));
  }

  @Test
  void post_R74_pipelined_isAnsweredInOrder() throws Exception {
    byte[] body = Otlp.request(Signal.TRACES);
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(head("HTTP/1.1", body.length));
    both.write(body);
    both.write(head("HTTP/1.1", 3));
    both.write(new byte[] {0x0f, 0, 0});
    both.write(head("HTTP/1.1", 0));
    try (RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.send(both.toByteArray());

      assertThat(http.read().status()).isEqualTo(200);
      assertThat(http.read().status()).isEqualTo(400);
      assertThat(http.read().status()).isEqualTo(200);
    }
  }

  @Test
  void post_R74_http10_is200() throws Exception {
    byte[] body = Otlp.request(Signal.TRACES);
    try (RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.send(head("HTTP/1.0", body.length)).send(body);

      assertThat(http.read().status()).isEqualTo(200);
      assertThat(http.closed()).isTrue();
    }
  }

  @Test
  void post_R74_expectContinue_isAskedForTheBody() throws Exception {
    byte[] body = Otlp.request(Signal.TRACES);
    try (RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.head("Content-Length: " + body.length, "Expect: 100-continue");
      assertThat(http.read().status()).isEqualTo(100);
      http.send(body);

      assertThat(http.read().status()).isEqualTo(200);
    }
  }

  @Test
  void post_R74_expectContinueOverTheLimit_isRefusedBeforeTheBody() throws Exception {
    try (RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.head("Content-Length: " + (LIMIT + 1), "Expect: 100-continue");

      assertThat(http.read().status()).isEqualTo(413);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void post_R74_h2cByUpgrade_is200(boolean mainPort) throws Exception {
    HttpClient http2 = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    URI traces = mainPort ? fixture.main("/api/otlp/v1/traces") : fixture.otlp("/v1/traces");
    // only a request without a body can upgrade; the next one uses the upgraded connection
    HttpResponse<byte[]> upgrade =
        http2.send(HttpRequest.newBuilder(traces).build(), HttpResponse.BodyHandlers.ofByteArray());
    assertThat(upgrade.version()).isEqualTo(HttpClient.Version.HTTP_2);

    HttpResponse<byte[]> response =
        http2.send(
            HttpRequest.newBuilder(traces)
                .header("Content-Type", OtlpDialect.PROTOBUF)
                .POST(HttpRequest.BodyPublishers.ofByteArray(Otlp.request(Signal.TRACES)))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());

    assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(fixture.journal.frames()).hasSize(1);
  }

  @Test
  void post_R74_h2cByPriorKnowledge_is200() throws Exception {
    byte[] body = Otlp.request(Signal.TRACES);
    ByteArrayOutputStream headers = new ByteArrayOutputStream();
    headers.write(0x83); // :method POST
    headers.write(0x86); // :scheme http
    literal(headers, new byte[] {0x04}, "/v1/traces");
    literal(headers, new byte[] {0x01}, "localhost");
    literal(headers, new byte[] {0x0f, 0x10}, OtlpDialect.PROTOBUF); // content-type
    try (RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").send(frame(4, 0, 0, new byte[0]));
      http.send(frame(1, 4, 1, headers.toByteArray())).send(frame(0, 1, 1, body));

      DataInputStream in = new DataInputStream(http.in());
      byte[] first;
      int type;
      do {
        int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
        type = in.readUnsignedByte();
        in.readNBytes(5);
        first = in.readNBytes(length);
      } while (type != 1);
      int at = 0;
      if ((first[at] & 0xe0) == 0x20) { // an update of the table's size comes before
        while ((first[++at] & 0x80) != 0) {
          continue;
        }
        at++;
      }
      assertThat(first[at]).as("indexed :status 200").isEqualTo((byte) 0x88);
    }
  }

  private static void literal(OutputStream out, byte[] name, String value) throws IOException {
    out.write(name);
    out.write(value.length());
    out.write(value.getBytes(ISO_8859_1));
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  private RawHttp.Response send(byte[] body, boolean chunked) throws IOException {
    try (RawHttp http = new RawHttp(fixture.otlpPort())) {
      if (!chunked) {
        http.head("Content-Length: " + body.length).send(body);
        return http.read();
      }
      http.head("Transfer-Encoding: chunked");
      for (int at = 0; at < body.length; at += 70_000) {
        http.chunk(Arrays.copyOfRange(body, at, Math.min(body.length, at + 70_000)));
      }
      http.send("0\r\n\r\n");
      return http.read();
    }
  }

  private static byte[] head(String version, int length) {
    return ("POST /v1/traces "
            + version
            + "\r\nHost: a\r\nContent-Type: application/x-protobuf\r\nContent-Length: "
            + length
            + "\r\n\r\n")
        .getBytes(ISO_8859_1);
  }

  /** A valid request of exactly that many bytes. */
  private static byte[] ofSize(int size) {
    int padding =
        size - Otlp.traces(Otlp.span().setTraceState("x".repeat(size / 2))).toByteArray().length;
    byte[] request =
        Otlp.traces(Otlp.span().setTraceState("x".repeat(size / 2 + padding))).toByteArray();
    assertThat(request).hasSize(size);
    return request;
  }

  private double refusedForMemory() {
    return fixture.counted("corr_receiver_refused_requests", Map.of("reason", "memory"));
  }

  private double inFlightBytes() {
    for (MetricSnapshot metric : fixture.registry.scrape()) {
      if (metric.getMetadata().getPrometheusName().equals("corr_receiver_inflight_bytes")) {
        return ((GaugeSnapshot) metric).getDataPoints().get(0).getValue();
      }
    }
    throw new AssertionError("no gauge");
  }

  private static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      out.write(body);
    }
    return compressed.toByteArray();
  }
}
