// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.JournalRefusedException;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.Wire;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpHttpAnswersTest {

  private static final String JSON = "application/json";
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON_SPANS =
      """
      {"resourceSpans":[{"scopeSpans":[{"spans":[
        {"traceId":"000102030405060708090a0b0c0d0e0f","spanId":"f0f1f2f3f4f5f6f7","name":"n"}]}]}]}
      """;

  private final ReceiverFixture fixture = new ReceiverFixture();

  @AfterEach
  void close() {
    fixture.assertAccounting();
    fixture.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"TRACES", "LOGS", "METRICS"})
  void post_R01R04_protobuf_is200AndEmpty(Signal signal) {
    byte[] body = Otlp.request(signal);

    HttpResponse<byte[]> response = fixture.post(fixture.otlp(path(signal)), PROTOBUF, body);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue(PROTOBUF);
    assertThat(response.body()).isEmpty();
    Frame frame = fixture.journal.frames().get(0);
    assertThat(frame.signal()).isEqualTo(signal);
    assertThat(frame.items()).isEqualTo(1);
    assertThat(frame.payload()).isEqualTo(body);
  }

  @Test
  void post_toABrokenPath_is400AndAStatusInJson() throws Exception {
    HttpResponse<byte[]> response =
        fixture.post(fixture.otlp("/v1/%00"), JSON, JSON_SPANS.getBytes(UTF_8));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.headers().firstValue("Content-Type")).hasValue(JSON);
    assertThat(new ObjectMapper().readTree(response.body()).path("code").asInt()).isEqualTo(3);
  }

  @Test
  void post_R02_json_is200AndEmptyObject() throws Exception {
    HttpResponse<byte[]> response = json(JSON_SPANS);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue(JSON);
    assertThat(response.body()).asString(UTF_8).isEqualTo("{}");
    assertThat(Otlp.spans(fixture.journal.frames())).extracting(Span::getName).containsExactly("n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/json; charset=utf-8", "APPLICATION/JSON", "application/json;x=y"})
  void post_R03_parametersOfContentType_areIgnored(String type) {
    HttpResponse<byte[]> response =
        fixture.post(fixture.otlp("/v1/traces"), type, JSON_SPANS.getBytes(UTF_8));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).hasValue(JSON);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"resourceSpans\":[]}",
        "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[]}]}]}"
      })
  void post_R05_emptyJson_is200AndStoresNothing(String body) {
    HttpResponse<byte[]> response = json(body);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).asString(UTF_8).isEqualTo("{}");
    assertThat(fixture.journal.frames()).isEmpty();
  }

  @Test
  void post_R05_emptyProtobuf_is200AndStoresNothing() {
    HttpResponse<byte[]> response = fixture.postTraces(new byte[0]);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(fixture.journal.frames()).isEmpty();
  }

  @Test
  void post_zeroBytesOfJson_is400() throws Exception {
    assertStatus(json(""), 400, 3);
  }

  @Test
  void post_R07_manyRejected_answerStaysSmall() throws Exception {
    Span.Builder[] spans = new Span.Builder[100_000];
    for (int i = 0; i < spans.length; i++) {
      spans[i] = Span.newBuilder().setTraceId(Otlp.id(1)).setName("x" + i);
    }

    HttpResponse<byte[]> response = fixture.postTraces(Otlp.traces(spans).toByteArray());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body().length).isLessThan(8192);
    ExportTraceServiceResponse answer = ExportTraceServiceResponse.parseFrom(response.body());
    assertThat(answer.getPartialSuccess().getRejectedSpans()).isEqualTo(100_000);
  }

  @Test
  void post_R08_acceptEncodingGzip_isAnsweredPlain() {
    HttpResponse<byte[]> response =
        fixture.postTraces(Otlp.request(Signal.TRACES), "Accept-Encoding", "gzip");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Encoding")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"TRACES", "LOGS", "METRICS"})
  void post_R09_aliasOnMainPort_is200(Signal signal) {
    byte[] body = Otlp.request(signal);

    HttpResponse<byte[]> response =
        fixture.post(fixture.main("/api/otlp" + path(signal)), PROTOBUF, body);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(fixture.journal.frames()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/traces/", "/v1/trace", "/", "/v1/Traces"})
  void post_R09_otherPath_is404InTheEncodingOfTheRequest(String path) throws Exception {
    byte[] body = Otlp.request(Signal.TRACES);

    HttpResponse<byte[]> protobuf = fixture.post(fixture.otlp(path), PROTOBUF, body);
    HttpResponse<byte[]> json = fixture.post(fixture.otlp(path), JSON, "{}".getBytes(UTF_8));

    assertProtobufStatus(protobuf, 404, 5);
    assertStatus(json, 404, 5);
    assertThat(fixture.journal.frames()).isEmpty();
  }

  @Test
  void post_R09_otherPathBesideTheAliases_is404InTheEncodingOfTheRequest() throws Exception {
    byte[] body = Otlp.request(Signal.TRACES);

    HttpResponse<byte[]> protobuf =
        fixture.post(fixture.main("/api/otlp/v1/traces/"), PROTOBUF, body);

    assertProtobufStatus(protobuf, 404, 5);
    assertThat(fixture.post(fixture.main("/api/other"), PROTOBUF, body).statusCode())
        .isEqualTo(404);
    assertThat(fixture.send(HttpRequest.newBuilder(fixture.main("/health")).build()).statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "HEAD", "OPTIONS"})
  void request_R20_notPost_is405(String method) {
    HttpResponse<byte[]> response =
        fixture.send(
            HttpRequest.newBuilder(fixture.otlp("/v1/traces"))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build());

    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).hasValue("POST");
  }

  @Test
  void request_JV04_getOnAliasOfMainPort_is405() {
    HttpResponse<byte[]> response =
        fixture.send(HttpRequest.newBuilder(fixture.main("/api/otlp/v1/traces")).build());

    assertThat(response.statusCode()).isEqualTo(405);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "text/plain", "application/xml", "application/x-www-form-urlencoded"})
  void post_R21_otherContentType_is415(String type) throws Exception {
    assertStatus(
        fixture.post(fixture.otlp("/v1/traces"), type, Otlp.request(Signal.TRACES)), 415, 12);
  }

  @ParameterizedTest
  @CsvSource({
    "0aff, truncated length",
    "0a05, length beyond the end",
    "0e00, wire type 6",
    "0f00, wire type 7",
    "0000, field 0",
    "0c, end group without start",
    "0b, group without end",
    "0b14, group ended by another number",
    "0a020aff, truncated within a container",
    "ffffffffffffffffffffff, varint of eleven bytes"
  })
  void post_R22R24_malformedProtobuf_is400(String hex, String what) throws Exception {
    byte[] body = java.util.HexFormat.of().parseHex(hex);

    assertProtobufStatus(fixture.postTraces(body), 400, 3);

    assertThat(fixture.journal.frames()).as(what).isEmpty();
  }

  @Test
  void post_R25_bodyInTheOtherEncoding_is400InTheDeclaredOne() throws Exception {
    byte[] protobuf = Otlp.request(Signal.TRACES);

    assertStatus(fixture.post(fixture.otlp("/v1/traces"), JSON, protobuf), 400, 3);
    assertProtobufStatus(fixture.postTraces(JSON_SPANS.getBytes(UTF_8)), 400, 3);
    assertThat(fixture.journal.frames()).isEmpty();
  }

  @Test
  void post_R23_tenThousandLevels_isNever5xx() {
    String deep = "{\"arrayValue\":{\"values\":[".repeat(10_000) + "]}}".repeat(10_000);

    HttpResponse<byte[]> response =
        json(
            "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"attributes\":[{\"value\":"
                + deep
                + "}]}]}]}]}");

    assertThat(response.statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({"400,1", "1000,1", "1001,2", "2500,3"})
  void post_R26_journalFull_is503WithRetryAfterRoundedUp(int millis, String seconds)
      throws Exception {
    fixture.journal.fail(
        new JournalRefusedException("full", "the log is full", Duration.ofMillis(millis)));

    HttpResponse<byte[]> response = fixture.postTraces(Otlp.request(Signal.TRACES));

    assertProtobufStatus(response, 503, 14);
    assertThat(response.headers().firstValue("Retry-After")).hasValue(seconds);
    assertThat(
            fixture.counted(
                "corr_receiver_refused_items", Map.of("signal", "traces", "reason", "full")))
        .isEqualTo(1);
  }

  @Test
  void post_R26_journalFull_jsonCarriesRetryInfo() throws Exception {
    fixture.journal.fail(
        new JournalRefusedException("full", "the log is full", Duration.ofSeconds(3)));

    HttpResponse<byte[]> response = json(JSON_SPANS);

    JsonNode status = assertStatus(response, 503, 14);
    assertThat(status.at("/details/0/@type").asText())
        .isEqualTo("type.googleapis.com/google.rpc.RetryInfo");
    assertThat(status.at("/details/0/retryDelay").asText()).isEqualTo("3s");
  }

  @Test
  void post_R27R28JV05_unexpectedFailure_is503() throws Exception {
    fixture.journal.fail(new IllegalStateException("disk on fire"));

    HttpResponse<byte[]> response = fixture.postTraces(Otlp.request(Signal.TRACES));

    assertProtobufStatus(response, 503, 14);
    assertThat(response.headers().firstValue("Retry-After")).isPresent();
    assertThat(new String(response.body(), UTF_8)).doesNotContain("on fire");
  }

  /** It must cost neither the memory of the budget nor the sender that comes again. */
  @Test
  void post_R28_error_is503AndLeavesNothingBehind() throws Exception {
    byte[] body = Otlp.request(Signal.TRACES);
    fixture.journal.fail(new StackOverflowError("made up"));
    assertProtobufStatus(fixture.postTraces(body), 503, 14);
    assertThat(fixture.gauge("corr_receiver_inflight_bytes")).isZero();
    fixture.journal.fail(null);

    assertThat(fixture.postTraces(body).statusCode()).isEqualTo(200);
  }

  @Test
  void post_afterRefusal_sameRequestIsStored() {
    byte[] body = Otlp.request(Signal.TRACES);
    fixture.journal.fail(new JournalRefusedException("full", "full", Duration.ofSeconds(1)));
    assertThat(fixture.postTraces(body).statusCode()).isEqualTo(503);
    fixture.journal.fail(null);

    assertThat(fixture.postTraces(body).statusCode()).isEqualTo(200);

    assertThat(fixture.journal.frames()).hasSize(1);
  }

  @Test
  void post_R54_onlyUnknownMembers_isAWarning() throws Exception {
    HttpResponse<byte[]> response = json("{\"resourceLogs\":[]}");

    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode partial = new ObjectMapper().readTree(response.body()).get("partialSuccess");
    assertThat(partial.has("rejectedSpans")).isFalse();
    assertThat(partial.get("errorMessage").asText()).isNotEmpty();
  }

  private HttpResponse<byte[]> json(String body) {
    return fixture.post(fixture.otlp("/v1/traces"), JSON, body.getBytes(UTF_8));
  }

  private static String path(Signal signal) {
    return "/v1/" + signal.name().toLowerCase(java.util.Locale.ROOT);
  }

  private static JsonNode assertStatus(HttpResponse<byte[]> response, int status, int code)
      throws Exception {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue(JSON);
    JsonNode body = new ObjectMapper().readTree(response.body());
    assertThat(body.get("code").isInt()).isTrue();
    assertThat(body.get("code").asInt()).isEqualTo(code);
    assertThat(body.get("message").asText()).isNotEmpty();
    return body;
  }

  private static void assertProtobufStatus(HttpResponse<byte[]> response, int status, int code) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue(PROTOBUF);
    Wire wire = new Wire(response.body()).over(0, response.body().length);
    assertThat(wire.next()).isTrue();
    assertThat(wire.field()).isEqualTo(1);
    assertThat(wire.number()).isEqualTo(code);
    assertThat(wire.next()).isTrue();
    assertThat(wire.field()).isEqualTo(2);
    assertThat(wire.length()).isPositive();
  }
}
