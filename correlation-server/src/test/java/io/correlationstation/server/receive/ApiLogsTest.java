// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.server.journal.JournalRefusedException;
import io.correlationstation.server.otlp.LogScan;
import io.correlationstation.server.otlp.LogView;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiLogsTest {

  private static final String JSON = "application/json";

  private final ReceiverFixture fixture =
      new ReceiverFixture(settings -> settings.zone(ZoneId.of("America/Chicago")));

  @AfterEach
  void close() {
    fixture.close();
    fixture.assertAccounting();
  }

  @Test
  void logs_A01_valid_is202AfterTheJournalHasIt() throws Exception {
    fixture.journal.stall();
    CompletableFuture<HttpResponse<byte[]>> response =
        CompletableFuture.supplyAsync(
            () ->
                logs(
                    """
                    {"resource":{"service":"beorn","host":"host-1","env":"dev"},
                     "records":[{"timestamp":"2025-06-15T12:00:00.123456789Z","severity":"WARN",
                       "message":"port is slow","trace_id":"000102030405060708090A0B0C0D0E0F",
                       "span_id":"f0f1f2f3f4f5f6f7","circuit_id":"80.L1XX.000001..TEST",
                       "labels":{"shelf":"3"}}]}
                    """));
    await().untilAsserted(() -> assertThat(fixture.journal.held()).isEqualTo(1));
    assertThat(response).isNotDone();
    fixture.journal.release();

    JsonNode answer = new ObjectMapper().readTree(response.get().body());
    assertThat(response.get().statusCode()).isEqualTo(202);
    assertThat(answer)
        .isEqualTo(
            new ObjectMapper()
                .readTree("{\"status\":\"accepted\",\"count\":1,\"service\":\"beorn\"}"));
    LogScan.scan(
        fixture.journal.frames().get(0).payload(),
        log -> {
          assertThat(log.service()).isEqualTo("beorn");
          assertThat(log.timeNanos()).isEqualTo(nanos("2025-06-15T12:00:00.123456789Z"));
          assertThat(log.severityNumber()).isEqualTo(13);
          assertThat(log.severityText()).isEqualTo("WARN");
          assertThat(log.body()).isEqualTo("port is slow");
          assertThat(log.traceId()).isEqualTo("000102030405060708090a0b0c0d0e0f");
          assertThat(log.spanId()).isEqualTo("f0f1f2f3f4f5f6f7");
          assertThat(log.attributes())
              .isEqualTo(Map.of("circuit_id", "80.L1XX.000001..TEST", "shelf", "3"));
          assertThat(log.attribute("host.name")).isEqualTo("host-1");
          assertThat(log.attribute("deployment.environment.name")).isEqualTo("dev");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "\"text\"",
        "{}",
        "{\"records\":[]}",
        "{\"resource\":{\"service\":\"a\"}}",
        "{\"resource\":{\"service\":\"a\"},\"records\":{}}",
        "{\"resource\":\"a\",\"records\":[]}",
        "{\"resource\":{},\"records\":[]}",
        "{\"resource\":{\"service\":\"a\"},\"records\":[5]}",
        "{\"resource\":{\"service\":\"a\"},\"records\":[{}]}",
      })
  void logs_A02_missingOrWrongMembers_is422(String body) throws Exception {
    HttpResponse<byte[]> response = logs(body);

    assertProblem(response, 422);
    assertThat(fixture.journal.frames()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "{\"records\":[],}", "{} {}", "{\"a\":1,\"a\":2}"})
  void logs_brokenJson_is400(String body) throws Exception {
    assertProblem(logs(body), 400);
  }

  @Test
  void logs_A03_noRecords_is202AndCountsNone() throws Exception {
    HttpResponse<byte[]> response = logs("{\"resource\":{\"service\":\"a\"},\"records\":[]}");

    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(new ObjectMapper().readTree(response.body()).get("count").asInt()).isZero();
    assertThat(fixture.journal.frames()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"yesterday\"", "\"2025-13-01T00:00:00Z\"", "-5", "\"\"", "1e300"})
  void logs_A04_badTimestamp_getsTimeOfReceiptAndSaysSo(String timestamp) {
    long before = nanos(Instant.now().toString());

    assertThat(record("\"timestamp\":" + timestamp).statusCode()).isEqualTo(202);

    assertThat(seen(LogView::timeNanos).get(0)).isGreaterThanOrEqualTo(before);
    assertThat(seen(log -> log.attribute("time_source"))).containsExactly("received");
    assertThat(seen(log -> log.attribute("timestamp_invalid")).get(0)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"x\":1", "\"timestamp\":null"})
  void logs_A04_noTimestamp_getsTimeOfReceipt(String members) {
    record(members);

    assertThat(seen(log -> log.attribute("time_source"))).containsExactly("received");
    assertThat(seen(log -> log.attribute("timestamp_invalid")).get(0)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "'\"2025-06-15T12:00:00Z\"', 2025-06-15T12:00:00Z",
    "'\"2025-06-15T12:00:00+02:00\"', 2025-06-15T10:00:00Z",
    "'\"2025-06-15T12:00:00+0200\"', 2025-06-15T10:00:00Z",
    "'\"2025-06-15T12:00:00\"', 2025-06-15T17:00:00Z",
    "'\"2025-01-15 12:00:00,250\"', 2025-01-15T18:00:00.25Z",
    "'\"2025-06-15T12:00:00.1Z\"', 2025-06-15T12:00:00.1Z",
    "'\"2025-06-15T12:00:00.123456789Z\"', 2025-06-15T12:00:00.123456789Z",
    "1750000000, 2025-06-15T15:06:40Z",
    "1750000000.25, 2025-06-15T15:06:40.25Z",
    "1750000000123, 2025-06-15T15:06:40.123Z",
    "1750000000123456, 2025-06-15T15:06:40.123456Z",
    "1750000000123456789, 2025-06-15T15:06:40.123456789Z",
    "'\"1750000000123456789\"', 2025-06-15T15:06:40.123456789Z",
  })
  void logs_A05_timestamps_areReadExactly(String timestamp, String expected) {
    record("\"timestamp\":" + timestamp);

    assertThat(seen(LogView::timeNanos)).containsExactly(nanos(expected));
  }

  @Test
  void logs_A06_labelsOfAnyShape_becomeText() {
    record(
        "\"labels\":{\"n\":1.50,\"b\":true,\"none\":null,\"o\":{\"z\":1,\"a\":{\"x\":\"y\"}},"
            + "\"l\":[1,\"two\"]}");

    assertThat(attributes())
        .containsEntry("n", "1.50")
        .containsEntry("b", "true")
        .containsEntry("o.z", "1")
        .containsEntry("o.a.x", "y")
        .containsEntry("l", "[1,\"two\"]")
        .doesNotContainKey("none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"000102030405060708090a0b0c0d0e0", "000102030405060708090a0b0c0d0e0f0", "zz"})
  void logs_A07C02_traceIdOfWrongLength_isKeptAsItIs(String id) {
    record("\"trace_id\":\"" + id + "\"");

    assertThat(seen(LogView::traceId).get(0)).isNull();
    assertThat(attributes()).containsEntry("trace_id", id);
  }

  @Test
  void logs_A08_gzip_isRead() throws Exception {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      out.write(
          "{\"resource\":{\"service\":\"a\"},\"records\":[{\"message\":\"m\"}]}".getBytes(UTF_8));
    }

    HttpResponse<byte[]> response =
        fixture.post(
            fixture.main("/api/logs"), JSON, compressed.toByteArray(), "Content-Encoding", "gzip");

    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(fixture.journal.items()).isEqualTo(1);
  }

  @Test
  void logs_A09_bodyOverTheLimit_is413AsItComesAndInflated() throws Exception {
    try (ReceiverFixture narrow = new ReceiverFixture(settings -> settings.maxBodyBytes(1000))) {
      byte[] large =
          ("{\"resource\":{\"service\":\"a\"},\"records\":[{\"message\":\""
                  + "m".repeat(2000)
                  + "\"}]}")
              .getBytes(UTF_8);
      ByteArrayOutputStream compressed = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
        out.write(large);
      }

      assertProblem(narrow.post(narrow.main("/api/logs"), JSON, large), 413);
      assertProblem(
          narrow.post(
              narrow.main("/api/logs"), JSON, compressed.toByteArray(), "Content-Encoding", "gzip"),
          413);
      assertThat(narrow.journal.frames()).isEmpty();
    }
  }

  /** The members may come in any order; a body that ends too early stores nothing of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'records':[{'message':'m'}],'product_type':'FIA','resource':{'service':'a'}} | 202",
        "{'records':[{'message':'m'}],'resource':{'service':'a'},'x':{'records':[1]}} | 202",
        "{'resource':{'service':'a'},'records':[{'message':'m'},{'message':'n'} | 400",
        "{'resource':{'service':'a'},'records':[{'message':'m'}]} x | 400",
        "{'resource':{'service':'a'},'records':[{'message':'m'},{'x':1}]} | 422",
        "{'resource':{'service':'a'},'records':{'message':'m'}} | 422",
        "[{'message':'m'}] | 422",
      })
  void logs_membersInAnyOrder_areReadAsAWhole(String json, int status) {
    byte[] body = json.replace('\'', '"').getBytes(UTF_8);

    assertThat(fixture.post(fixture.main("/api/logs"), JSON, body).statusCode()).isEqualTo(status);
    assertThat(fixture.journal.items()).isEqualTo(status == 202 ? 1 : 0);
  }

  @Test
  void logs_A10_journalFull_is503() throws Exception {
    fixture.journal.fail(new JournalRefusedException("full", "full", Duration.ofSeconds(4)));

    HttpResponse<byte[]> response = record("\"x\":1");

    assertProblem(response, 503);
    assertThat(response.headers().firstValue("Retry-After")).hasValue("4");
  }

  @Test
  void logs_A11_unknownMembers_areKept() {
    record("\"resource_id\":\"r-1\",\"thread\":\"main\",\"nested\":{\"a\":1}");

    assertThat(attributes())
        .containsEntry("resource_id", "r-1")
        .containsEntry("thread", "main")
        .containsEntry("nested.a", "1");
  }

  @Test
  void logs_A12_sameIdempotencyKey_isStoredOnce() {
    String first = "{\"resource\":{\"service\":\"a\"},\"records\":[{\"message\":\"one\"}]}";
    String second = "{\"resource\":{\"service\":\"a\"},\"records\":[{\"message\":\"two\"}]}";

    HttpResponse<byte[]> before = logs(first, "Idempotency-Key", "batch-1");
    HttpResponse<byte[]> again = logs(first, "Idempotency-Key", "batch-1");
    logs(second, "Idempotency-Key", "batch-2");

    assertThat(again.statusCode()).isEqualTo(202);
    assertThat(again.body()).isEqualTo(before.body());
    assertThat(seen(LogView::body)).containsExactly("one", "two");
  }

  @Test
  void logs_sameBodyWithoutTimes_isAnotherEvent() {
    record("\"x\":1");
    record("\"x\":1");

    assertThat(fixture.journal.items()).isEqualTo(2);
  }

  @Test
  void logs_sameBodyWithTimes_isADuplicate() {
    HttpResponse<byte[]> first = record("\"timestamp\":1750000000");
    HttpResponse<byte[]> again = record("\"timestamp\":1750000000");

    assertThat(again.body()).isEqualTo(first.body());
    assertThat(fixture.journal.items()).isEqualTo(1);
    assertThat(fixture.counted("corr_receiver_duplicate_items", Map.of("transport", "api")))
        .isEqualTo(1);
    assertThat(fixture.counted("log_records_received", Map.of())).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "'\"INFO\"', 9",
    "'\"info2\"', 10",
    "'\"Warning\"', 13",
    "'\"err\"', 17",
    "'\"notice\"', 10",
    "'\"crit\"', 18",
    "'\"FATAL4\"', 24",
    "17, 17",
    "'\"24\"', 24",
    "25, 0",
    "'\"loud\"', 0",
    "'\"SEVERE\"', 17",
    "'\"trace\"', 1"
  })
  void logs_severity_isRead(String severity, int number) {
    record("\"severity\":" + severity);

    assertThat(seen(LogView::severityNumber)).containsExactly(number);
    assertThat(seen(LogView::severityText)).containsExactly(severity.replace("\"", ""));
  }

  @Test
  void logs_messageThatNamesKeys_givesThem() {
    logs(
        """
        {"resource":{"service":"a"},"records":[{"message":
          "order {\\"circuit_id\\": \\"80.L1XX.005054..TEST\\", 'product_id': 'p-9'} request_id=q-1."}]}
        """);

    assertThat(attributes())
        .containsEntry("circuit_id", "80.L1XX.005054..TEST")
        .containsEntry("product_id", "p-9")
        .containsEntry("request_id", "q-1");
  }

  @Test
  void mdsoLogs_valid_is202AndKeepsProductType() {
    HttpResponse<byte[]> response =
        fixture.post(
            fixture.main("/mdso/logs"),
            JSON,
            """
            {"product_type":"NetworkService","resource":{"service":"mdso"},
             "records":[{"message":"activated"}]}
            """
                .getBytes(UTF_8));

    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(seen(log -> log.attribute("mdso.product_type"))).containsExactly("NetworkService");
  }

  @ParameterizedTest
  @CsvSource({"blueplanet, ******", "beorn, hunter2"})
  void logs_secretsOfTheOrchestrator_areMasked(String service, String password) {
    String message = "login password=hunter2 failed";
    fixture.post(
        fixture.main("/api/logs"),
        JSON,
        ("{\"resource\":{\"service\":\"%s\"},\"records\":[{\"message\":\"%s\"}]}")
            .formatted(service, message)
            .getBytes(UTF_8));
    fixture.post(
        fixture.main("/api/logs?service=" + service), "text/plain", message.getBytes(UTF_8));

    assertThat(seen(LogView::body))
        .containsExactly(
            "login password=" + password + " failed", "login password=" + password + " failed");
  }

  @Test
  void mdsoLogs_secrets_areMasked() {
    fixture.post(
        fixture.main("/mdso/logs"),
        JSON,
        """
        {"resource":{"service":"mdso"},"records":[
          {"message":"login {\\"user\\": \\"u\\", \\"password\\": \\"hunter2\\"} circuit_id=c-1",
           "labels":{"api_key":"two words","url":"https://u:hunter2@mdso.example.com/x"}}]}
        """
            .getBytes(UTF_8));

    assertThat(fixture.journal.frames()).hasSize(1);
    String frame = new String(fixture.journal.frames().get(0).payload(), UTF_8);
    assertThat(frame).doesNotContain("hunter2").doesNotContain("two words");
    assertThat(seen(LogView::body).get(0)).startsWith("login {").endsWith("circuit_id=c-1");
    assertThat(attributes()).containsEntry("circuit_id", "c-1").containsKey("api_key");
  }

  @Test
  void events_valid_is201AndAnEventRecord() {
    HttpResponse<byte[]> response =
        fixture.post(
            fixture.main("/api/events"),
            JSON,
            """
            {"type":"mdso.resource.state_changed","timestamp":"2025-06-15T12:00:00Z",
             "circuit_id":"80.L1XX.000001..TEST","state":"active"}
            """
                .getBytes(UTF_8));

    assertThat(response.statusCode()).isEqualTo(201);
    assertThat(seen(LogView::eventName)).containsExactly("mdso.resource.state_changed");
    assertThat(attributes())
        .containsEntry("circuit_id", "80.L1XX.000001..TEST")
        .containsEntry("state", "active");
  }

  @Test
  void events_withoutType_is422() throws Exception {
    assertProblem(fixture.post(fixture.main("/api/events"), JSON, "{}".getBytes(UTF_8)), 422);
  }

  private HttpResponse<byte[]> record(String members) {
    return logs(
        "{\"resource\":{\"service\":\"a\"},\"records\":[{\"message\":\"m\"," + members + "}]}");
  }

  private HttpResponse<byte[]> logs(String body, String... headers) {
    return fixture.post(fixture.main("/api/logs"), JSON, body.getBytes(UTF_8), headers);
  }

  private Map<String, String> attributes() {
    return seen(LogView::attributes).get(0);
  }

  private <T> List<T> seen(Function<LogView, T> field) {
    List<T> values = new ArrayList<>();
    fixture
        .journal
        .frames()
        .forEach(frame -> LogScan.scan(frame.payload(), log -> values.add(field.apply(log))));
    return values;
  }

  private static long nanos(String instant) {
    return Timestamps.nanos(Instant.parse(instant));
  }

  private static void assertProblem(HttpResponse<byte[]> response, int status) throws Exception {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    JsonNode problem = new ObjectMapper().readTree(response.body());
    assertThat(problem.get("status").asInt()).isEqualTo(status);
    assertThat(problem.get("detail").asText()).isNotEmpty();
  }
}
