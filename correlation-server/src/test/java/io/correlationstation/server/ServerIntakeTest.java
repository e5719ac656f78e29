// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.forward.FakeLoki;
import io.correlationstation.server.forward.FakeTempo;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an intake to a destination through the whole server. */
class ServerIntakeTest {

  private static final long NOW = nanos(Instant.now());
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String SPAN_JSON =
      """
      {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c",
       "spanId":"00f067aa0ba902b7","name":"json","startTimeUnixNano":"%d",
       "endTimeUnixNano":"%d"}]}]}]}
      """;
  private static final String RECORD_JSON =
      """
      {"resourceLogs":[{"scopeLogs":[{"logRecords":[
       {"timeUnixNano":"%d","body":{"stringValue":"otlp"}}]}]}]}
      """;
  private static final String STREAM_JSON =
      """
      {"streams":[{"stream":{"app":"beorn"},"values":[["%d","one"],["%d","two"]]}]}
      """;

  /** A request as its sender would make it again. */
  private record Request(String path, String type, byte[] body, String... headers) {}

  @TempDir private Path directory;

  private FakeTempo tempo;
  private FakeLoki loki;

  @BeforeEach
  void start() throws IOException {
    tempo = FakeTempo.start();
    loki = FakeLoki.start();
  }

  @AfterEach
  void stop() throws IOException {
    tempo.close();
    loki.close();
  }

  /** C6: the same requests again, in the same run and after a restart, change nothing. */
  @Test
  void sentAgain_R63_inTheSameRunAndAfterARestart_isAnsweredAlikeAndStoredOnce() throws Exception {
    List<String> first = new ArrayList<>();
    try (RunningServer server = serve()) {
      for (Request request : requests()) {
        first.add(answer(server, request));
      }
      for (int i = 0; i < requests().size(); i++) {
        assertThat(answer(server, requests().get(i))).isEqualTo(first.get(i));
      }
      await().until(() -> tempo.received().size() == 2 && loki.stored().size() == 6);
      assertThat(duplicates(server)).isEqualTo(8);
    }

    try (RunningServer server = serve()) {
      for (int i = 0; i < requests().size(); i++) {
        assertThat(answer(server, requests().get(i))).isEqualTo(first.get(i));
      }

      assertThat(duplicates(server)).isEqualTo(8);
      assertThat(server.accounting().sum("corr_wal_appended_items_total", "origin", "received"))
          .isZero();
    }
    assertThat(tempo.received()).hasSize(2);
    assertThat(loki.stored()).hasSize(6);
  }

  /**
   * A bad span never reaches Tempo, which would refuse all that is with it; a retry of such a batch
   * is not counted or stored again either.
   */
  @Test
  void sentAgain_T01_batchWithABadSpan_reachesTempoWithoutItAndOnce() throws Exception {
    byte[] body =
        traces(span(1, NOW), span(2, NOW).toBuilder().clearSpanId().build()).toByteArray();
    Request request = new Request("/api/otlp/v1/traces", PROTOBUF, body);
    try (RunningServer server = serve()) {
      assertThat(answer(server, request)).startsWith("200");
      await().until(() -> tempo.received().size() == 1);
    }

    try (RunningServer server = serve()) {
      assertThat(answer(server, request)).startsWith("200");
      assertThat(duplicates(server)).isEqualTo(1);
    }
    assertThat(tempo.received()).hasSize(1);
    assertThat(tempo.backend().requests()).hasSize(1);
  }

  /** What a Loki client pushed reaches Loki as it was pushed, in order, whatever fails between. */
  @Test
  void lokiPush_throughRetries_keepsLabelsLinesAndTheOrderOfEachStream() throws Exception {
    loki.backend()
        .script(Fault.status(503), Fault.lostAnswer(), Fault.status(429), Fault.status(500));
    try (RunningServer server = serve()) {
      for (int i = 0; i < 60; i++) {
        String body =
            """
            {"streams":[{"stream":{"service_name":"arda","cluster":"north","job":"j%d"},
             "values":[["%d","line %d  circuit_id=80.L1XX.000001..TEST",{"pod":"p-1"}]]}]}
            """
                .formatted(i % 2, NOW + i, i);
        assertThat(server.postJson("/loki/api/v1/push", body).statusCode()).isEqualTo(204);
      }
      await().until(() -> loki.stored().size() == 60);
    }

    for (int job = 0; job < 2; job++) {
      int parity = job;
      String stream =
          "{cluster=\"north\", env=\"dev\", job=\"j%d\", service=\"arda\", service_name=\"arda\"}"
              .formatted(job);
      assertThat(loki.stored())
          .filteredOn(line -> line.stream().equals(stream))
          .extracting(FakeLoki.Stored::line)
          .containsExactlyElementsOf(
              IntStream.range(0, 60)
                  .filter(i -> i % 2 == parity)
                  .mapToObj(i -> "line " + i + "  circuit_id=80.L1XX.000001..TEST")
                  .toList());
    }
    assertThat(loki.stored())
        .allSatisfy(
            line ->
                assertThat(line.metadata())
                    .containsEntry("pod", "p-1")
                    .containsEntry("circuit_id", "80.L1XX.000001..TEST"));
  }

  /**
   * A destination that is away long enough fills the journal; nothing acknowledged is lost. Without
   * the stitcher, which keeps the last minute and a half of frames for itself.
   */
  @Test
  void traces_Q01_journalFullWhileTempoIsAway_areRefusedUntilItIsBack() throws Exception {
    tempo.backend().always(Fault.status(503));
    List<Span> acknowledged = new ArrayList<>();
    try (RunningServer server =
        serve("STATION_JOURNAL_MAX_BYTES", "1MiB", "STATION_STITCH", "false")) {
      HttpResponse<String> answer = send(server, acknowledged);
      while (answer.statusCode() == 200) {
        answer = send(server, acknowledged);
      }

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 5L);
      assertThat(server.get("/ready").statusCode()).isEqualTo(503);
      assertThat(server.get("/ready").body()).contains("the journal is full");

      tempo.backend().always(null);
      await() // the pause before the next attempt has grown to eight seconds meanwhile
          .atMost(Duration.ofSeconds(30))
          .until(() -> send(server, acknowledged).statusCode() == 200);
      await().until(() -> server.get("/ready").statusCode() == 200);
      await().until(() -> tempo.received().size() >= acknowledged.size());
    }
    assertThat(tempo.received()).containsExactlyInAnyOrderElementsOf(acknowledged);
  }

  /** One span of 20 KB; it counts as acknowledged when it is. */
  private static HttpResponse<String> send(RunningServer server, List<Span> acknowledged)
      throws Exception {
    Span span =
        span(acknowledged.size() + 1, NOW).toBuilder()
            .addAttributes(
                KeyValue.newBuilder()
                    .setKey("text")
                    .setValue(AnyValue.newBuilder().setStringValue("x".repeat(20_000))))
            .build();
    HttpResponse<String> answer =
        server.post("/api/otlp/v1/traces", PROTOBUF, traces(span).toByteArray());
    if (answer.statusCode() == 200) {
      acknowledged.add(span);
    }
    return answer;
  }

  /** From JSON, where a number passes through a double all too easily, to both destinations. */
  @Test
  void times_R57_fromJson_surviveToTheNanosecond() throws Exception {
    long nanos = NOW / 1_000_000_000 * 1_000_000_000 + 123_456_789;
    try (RunningServer server = serve()) {
      for (Request request :
          List.of(
              json("/api/otlp/v1/traces", SPAN_JSON.formatted(nanos, nanos + 1)),
              json("/api/otlp/v1/logs", RECORD_JSON.formatted(nanos)),
              json("/loki/api/v1/push", STREAM_JSON.formatted(nanos + 1, nanos + 2)))) {
        answer(server, request);
      }
      await().until(() -> tempo.received().size() == 1 && loki.stored().size() == 3);
    }

    Span span = tempo.received().get(0);
    assertThat(span.getStartTimeUnixNano()).isEqualTo(nanos);
    assertThat(span.getEndTimeUnixNano()).isEqualTo(nanos + 1);
    assertThat(loki.stored())
        .extracting(FakeLoki.Stored::nanos)
        .containsExactlyInAnyOrder(nanos, nanos + 1, nanos + 2);
  }

  /** T-08: late by an hour, as after an outage of its sender or by a replay. */
  @Test
  void trace_T08_anHourLate_isForwardedUnchangedAndFoundByItsId() throws Exception {
    long hourAgo = NOW - TimeUnit.HOURS.toNanos(1);
    Span late = span(7, hourAgo);
    try (RunningServer server = serve()) {
      server.post("/api/otlp/v1/traces", PROTOBUF, traces(late).toByteArray());

      await().until(() -> tempo.received().size() == 1);
      assertThat(tempo.received()).containsExactly(late);
      String path = "/api/traces/" + hex(late);
      await().until(() -> server.get(path).statusCode() == 200);
      JsonNode found = new ObjectMapper().readTree(server.get(path).body());
      assertThat(Instant.parse(found.path("spans").path(0).path("start").asText()))
          .isEqualTo(Instant.EPOCH.plusNanos(hourAgo));
    }
  }

  private static List<Request> requests() {
    String time = Instant.EPOCH.plusNanos(NOW).toString();
    return List.of(
        new Request("/api/otlp/v1/traces", PROTOBUF, traces(span(1, NOW)).toByteArray()),
        json("/api/otlp/v1/traces", SPAN_JSON.formatted(NOW, NOW)),
        json("/api/otlp/v1/logs", RECORD_JSON.formatted(NOW)),
        json("/loki/api/v1/push", STREAM_JSON.formatted(NOW, NOW + 1)),
        json(
            "/api/logs",
            """
            {"resource":{"service":"beorn"},"records":[{"timestamp":"%s","message":"api"}]}
            """
                .formatted(time)),
        json("/api/events", "{\"type\":\"order.escalated\",\"timestamp\":\"" + time + "\"}"),
        new Request(
            "/api/logs?service=router-1",
            "text/plain",
            "a line without a time".getBytes(UTF_8),
            "Idempotency-Key",
            "batch-17"));
  }

  private static Request json(String path, String body) {
    return new Request(path, "application/json", body.getBytes(UTF_8));
  }

  private static String answer(RunningServer server, Request request) throws Exception {
    HttpRequest.Builder post =
        HttpRequest.newBuilder(server.uri(request.path()))
            .header("Content-Type", request.type())
            .POST(HttpRequest.BodyPublishers.ofByteArray(request.body()));
    if (request.headers().length > 0) {
      post.headers(request.headers());
    }
    HttpResponse<String> answer = RunningServer.send(post.build());
    assertThat(answer.statusCode()).as(request.path()).isBetween(200, 204);
    return answer.statusCode() + " " + answer.body();
  }

  private static double duplicates(RunningServer server) {
    return server.accounting().sum("corr_receiver_duplicate_items_total");
  }

  private RunningServer serve(String... more) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("TEMPO_HTTP_ENDPOINT", tempo.backend().uri("").toString());
    settings.put("LOKI_URL", loki.backend().uri("").toString());
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return RunningServer.start(directory.resolve("data"), settings);
  }

  private static ExportTraceServiceRequest traces(Span... spans) {
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(List.of(spans))))
        .build();
  }

  private static Span span(int number, long start) {
    byte[] trace = new byte[16];
    trace[15] = (byte) number;
    byte[] id = new byte[8];
    id[7] = (byte) number;
    return Span.newBuilder()
        .setTraceId(com.google.protobuf.ByteString.copyFrom(trace))
        .setSpanId(com.google.protobuf.ByteString.copyFrom(id))
        .setName("span " + number)
        .setStartTimeUnixNano(start)
        .setEndTimeUnixNano(start + 1000)
        .build();
  }

  private static String hex(Span span) {
    return java.util.HexFormat.of().formatHex(span.getTraceId().toByteArray());
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }
}
