// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.otlp.LogBatch;
import io.correlationstation.server.otlp.LogScan;
import io.correlationstation.server.otlp.LogView;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextLinesTest {

  private static final Instant RECEIVED = Instant.parse("2025-11-10T12:00:00Z");
  private static final String ORCH_TRACE =
      "Jan  1 00:01:06 bp-host-1 aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee: { \"loggerName\":\"syslog\","
          + " \"asciTime\":\"2025-01-01 00:01:06,123\", \"functionName\":\"enter_exit_log\","
          + " \"levelNo\":\"40\", \"levelName\":\"ERROR\", \"message\":\"{\"trace_id\":"
          + " \"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\", \"state\": \"FAILED\", \"process\":"
          + " \"scripts.example.circuitdetailscollector.Activate\", \"circuit_name\":"
          + " \"80.L1XX.000001..TEST\", \"elapsed_time\": 66}\" }";

  @Test
  void parse_Y01_rfc3164_partsAreRead() {
    LogLine line = parse("Nov  5 05:07:25 host app[123]: msg");

    assertThat(line.timeNanos).isEqualTo(nanos("2025-11-05T05:07:25Z"));
    assertThat(line.message).isEqualTo("msg");
    assertThat(line.app).isEqualTo("app");
    assertThat(line.fields).isEqualTo(Map.of("host.name", "host", "app", "app", "pid", "123"));
  }

  @ParameterizedTest
  @CsvSource({
    "Dec 31 23:59:59 h a: m, 2026-01-01T00:00:05Z, 2025-12-31T23:59:59Z",
    "Jan  1 00:00:01 h a: m, 2026-01-01T00:00:05Z, 2026-01-01T00:00:01Z",
    "Jan  1 00:00:01 h a: m, 2025-12-31T23:59:50Z, 2026-01-01T00:00:01Z",
    "Feb 29 12:00:00 h a: m, 2026-03-01T00:00:00Z, 2024-02-29T12:00:00Z",
    "Nov 10 13:00:00 h a: m, 2025-11-10T12:00:00Z, 2025-11-10T13:00:00Z",
  })
  void parse_Y02_year_isTheClosestBefore(String text, String received, String expected) {
    LogLine line = parser("UTC", received).parse(text);

    assertThat(line.timeNanos).isEqualTo(nanos(expected));
  }

  @Test
  void parse_Y03_rfc5424_structuredDataIsRead() {
    LogLine line =
        parse(
            "<165>1 2025-11-05T05:07:25.003Z host-1 app 8710 ID47"
                + " [ex@1 circuit_id=\"80.L1XX.005054..TEST\" note=\"a \\\"b\\\" \\] \\\\ c\"]"
                + "[ex@2 resource_id=\"r-1\"] the message");

    assertThat(line.timeNanos).isEqualTo(nanos("2025-11-05T05:07:25.003Z"));
    assertThat(line.severityNumber).as("notice").isEqualTo(10);
    assertThat(line.message).isEqualTo("the message");
    assertThat(line.fields)
        .containsEntry("circuit_id", "80.L1XX.005054..TEST")
        .containsEntry("resource_id", "r-1")
        .containsEntry("note", "a \"b\" ] \\ c")
        .containsEntry("host.name", "host-1")
        .containsEntry("app", "app")
        .containsEntry("pid", "8710")
        .containsEntry("msgid", "ID47");
  }

  @Test
  void parse_Y03_rfc5424WithNils_isRead() {
    LogLine line = parse("<34>1 2025-11-05T05:07:25Z - - - - - \ufeffno parts");

    assertThat(line.message).isEqualTo("no parts");
    assertThat(line.app).isNull();
    assertThat(line.fields).containsOnlyKeys("syslog.priority");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[ex@1 a=\"b", "[ex@1 a=b]", "[ex@1 a", "["})
  void parse_Y03_brokenStructuredData_staysInTheMessage(String data) {
    LogLine line = parse("<34>1 2025-11-05T05:07:25Z h a - - " + data + " rest");

    assertThat(line.message).contains(data);
  }

  @ParameterizedTest
  @CsvSource({
    "<0>Nov  5 05:07:25 h a: m, 21, m",
    "<191>Nov  5 05:07:25 h a: m, 5, m",
    "<192>Nov  5 05:07:25 h a: m, 0, <192>Nov  5 05:07:25 h a: m",
    "<007>m, 0, <007>m",
    "<11>just this, 17, just this",
  })
  void parse_Y04_priority_isReadUpTo191(String text, int severity, String message) {
    LogLine line = parse(text);

    assertThat(line.severityNumber).isEqualTo(severity);
    assertThat(line.message).isEqualTo(message);
  }

  @Test
  void records_Y05_octetCounts_areFrames() {
    String first = "<34>1 - h a - - - one\nstill one";
    String second = "<34>1 - h a - - - two";
    String body = first.length() + " " + first + second.length() + " " + second + "plain\n";

    assertThat(records(body)).containsExactly(first, second, "plain");
  }

  @Test
  void records_Y05_countBeyondTheEnd_isALine() {
    assertThat(records("999 <34>1 - h a - - - one\ntwo"))
        .containsExactly("999 <34>1 - h a - - - one", "two");
  }

  @Test
  void records_Y06_byteOrderMark_isDropped() {
    assertThat(records("\ufefffirst\r\nsecond\r\n\r\n")).containsExactly("first", "second");
  }

  @Test
  void records_Y07_invalidUtf8_isReplaced() {
    assertThat(TextLines.records("Gr\u00f6\u00dfe".getBytes(ISO_8859_1)))
        .singleElement()
        .asString()
        .startsWith("Gr\ufffd");
  }

  @ParameterizedTest
  @CsvSource({
    "Nov  1 12:00:00 h a: m, 2025-11-01T17:00:00Z", // daylight saving time
    "Nov  5 12:00:00 h a: m, 2025-11-05T18:00:00Z", // standard time
  })
  void parse_Y08_zoneWithDaylightSaving_isApplied(String text, String expected) {
    LogLine line = parser("America/Chicago", "2025-11-10T12:00:00Z").parse(text);

    assertThat(line.timeNanos).isEqualTo(nanos(expected));
  }

  @Test
  void records_Y09_stackTrace_staysTogether() {
    String trace =
        "java.lang.IllegalStateException: no route\n\tat Router.find(Router.java:5)\n"
            + "\t... 3 more\nCaused by: java.io.IOException: closed\n\tat Port.open(Port.java:9)";

    assertThat(records(trace + "\nnext line")).containsExactly(trace, "next line");
  }

  @Test
  void parse_lineShape2_pythonLogging_isRead() {
    LogLine line = parse("2025-01-01 00:00:00,250 - plan.activate - WARNING - port is slow");

    assertThat(line.timeNanos).isEqualTo(nanos("2025-01-01T00:00:00.250Z"));
    assertThat(line.severityNumber).isEqualTo(13);
    assertThat(line.message).isEqualTo("port is slow");
    assertThat(line.fields).isEqualTo(Map.of("logger", "plan.activate"));
  }

  @Test
  void parse_lineShape3_innerJsonThatIsNotEscaped_isRead() {
    LogLine line = parse(ORCH_TRACE);

    assertThat(line.traceId).isEqualTo("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");
    assertThat(line.severityNumber).isEqualTo(17);
    assertThat(line.timeNanos).isEqualTo(nanos("2025-01-01T00:01:06Z"));
    assertThat(line.message).startsWith("{\"trace_id\": ").endsWith("\"elapsed_time\": 66}");
    assertThat(line.fields)
        .containsEntry("host.name", "bp-host-1")
        .containsEntry("functionName", "enter_exit_log")
        .containsEntry("state", "FAILED")
        .containsEntry("process", "scripts.example.circuitdetailscollector.Activate")
        .containsEntry("circuit_name", "80.L1XX.000001..TEST")
        .containsEntry("circuit_id", "80.L1XX.000001..TEST")
        .containsEntry("elapsed_time", "66");
  }

  @Test
  void parse_lineShape3_truncated_stillGivesItsKeys() {
    LogLine line = parse(ORCH_TRACE.substring(0, ORCH_TRACE.indexOf(", \"elapsed_time\"")));

    assertThat(line.traceId).isEqualTo("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");
    assertThat(line.fields).containsEntry("circuit_id", "80.L1XX.000001..TEST");
  }

  @Test
  void parse_lineShape4_platformJson_isRead() {
    LogLine line =
        parse(
            "{\"app\":\"bpocore\",\"host\":\"h\",\"priority\":\"3\",\"timestamp\":"
                + "\"2025-01-01T00:00:05.000Z\",\"msg\":\"Resource activation started\","
                + "\"trace_id\":\"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\",\"hop_id\":\"7\","
                + "\"resource_id\":\"11111111-1111-4111-8111-111111111111\"}");

    assertThat(line.message).isEqualTo("Resource activation started");
    assertThat(line.severityNumber).isEqualTo(17);
    assertThat(line.timeNanos).isEqualTo(nanos("2025-01-01T00:00:05Z"));
    assertThat(line.traceId).isEqualTo("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");
    assertThat(line.fields)
        .containsEntry("resource_id", "11111111-1111-4111-8111-111111111111")
        .containsEntry("hop_id", "7");
  }

  @Test
  void parse_lineShape6_resourceAdapterLog_isRead() {
    LogLine line =
        parse(
            "2025-01-01 00:01:05,500 ERROR bpprov.bpo_11111111-1111-4111-8111-111111111111 commit"
                + " failed: <xnm:error><message>configuration check-out failed</message></xnm:error>");

    assertThat(line.severityNumber).isEqualTo(17);
    assertThat(line.fields)
        .containsEntry("logger", "bpprov.bpo_11111111-1111-4111-8111-111111111111");
    assertThat(line.message).startsWith("commit failed: ");
  }

  @Test
  void parse_lineShape7_keyValue_givesKeys() {
    LogLine line =
        parse("TEST LOG resource_id=550e8400-e29b-41d4-a716-446655440000 circuit_id=test-123");

    assertThat(line.fields)
        .isEqualTo(
            Map.of(
                "resource_id", "550e8400-e29b-41d4-a716-446655440000", "circuit_id", "test-123"));
    assertThat(line.message).startsWith("TEST LOG");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "circuit_id=80.L1XX.000001..TEST, next | 80.L1XX.000001..TEST",
        "circuit_id=80.L1XX.000001..TEST. | 80.L1XX.000001..TEST",
        "circuit_id: 80.L1XX.000001..TEST | 80.L1XX.000001..TEST",
        "(circuit_id='80.L1XX.000001..TEST') | 80.L1XX.000001..TEST",
        "{\\\"circuit_id\\\": \\\"80.L1XX.000001..TEST\\\"} | 80.L1XX.000001..TEST",
        "{u'circuit_id': u'c-1', 'circuit_name': '80.L1XX.000001..TEST'} | c-1",
        "{'circuit_name': '80.L1XX.000001..TEST'} | 80.L1XX.000001..TEST",
        "my_circuit_id=1 circuit_id=2 | 2",
        "circuit_ids=1 | ",
        "circuit_id | ",
        "circuit_id= | ",
        "the circuit 80.L1XX.000001..TEST | ",
        "circuit_id=<none> | ",
      })
  void find_C12_P24_valueEndsWhereItEnds(String text, String expected) {
    assertThat(LineKeys.find(text).get("circuit_id"))
        .isEqualTo(expected == null ? null : expected.strip());
  }

  @Test
  void find_C11_P23_hexWordsThatNobodyNames_areNoTraceIds() {
    assertThat(
            LineKeys.find(
                "session 0af7651916cd43dd8448eb211c80319c span f0f1f2f3f4f5f6f7"
                    + " user 550e8400-e29b-41d4-a716-446655440000 circuit_id=c"))
        .containsOnlyKeys("circuit_id");
  }

  @Test
  void parse_anything_neverThrows() {
    Random random = new Random(7);
    LineParser parser = parser("UTC", RECEIVED.toString());
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder(ORCH_TRACE);
      for (int i = random.nextInt(20); i >= 0; i--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, "{}[]\"\\:=,<> \n1a".charAt(random.nextInt(15)));
          case 1 -> text.deleteCharAt(at);
          default -> text.insert(at, "<34>1 2025-01-01T00:00:00Z");
        }
      }
      LogLine line = parser.parse(text.toString());
      assertThat(line.message).isNotNull();
    }
  }

  @Test
  void post_textPlain_isOneRecordALine() {
    try (ReceiverFixture fixture = new ReceiverFixture()) {
      HttpResponse<byte[]> response =
          fixture.post(
              fixture.main("/api/logs?service=router-1"),
              "text/plain",
              "<11>Nov  5 05:07:25 host app: one\ntwo circuit_id=c-2\n".getBytes(UTF_8));

      assertThat(response.statusCode()).isEqualTo(202);
      assertThat(new String(response.body(), UTF_8))
          .contains("\"count\":2")
          .contains("\"service\":\"router-1\"");
      byte[] payload = fixture.journal.frames().get(0).payload();
      assertThat(seen(payload, LogView::service)).containsOnly("router-1");
      assertThat(seen(payload, LogView::body)).containsExactly("one", "two circuit_id=c-2");
      assertThat(seen(payload, log -> log.attribute("circuit_id"))).containsExactly(null, "c-2");
      fixture.assertAccounting();
    }
  }

  @Test
  void write_withoutService_takesTheApplicationOfEachLine() {
    LogBatch batch = new LogBatch(100);
    String body = "<11>Nov  5 05:07:25 h a[1]: one\n<11>Nov  5 05:07:26 h b: two\nthree";

    new TextLines(new Timestamps(ZoneId.of("UTC")), nanos(RECEIVED.toString()), null)
        .write(body.getBytes(UTF_8), batch);

    assertThat(seen(batch.toByteArray(), LogView::service))
        .containsExactly("a", "b", "unknown_service");
    assertThat(batch.records()).isEqualTo(3);
  }

  private static List<String> records(String body) {
    return TextLines.records(body.getBytes(UTF_8));
  }

  private static LogLine parse(String text) {
    return parser("UTC", RECEIVED.toString()).parse(text);
  }

  private static LineParser parser(String zone, String received) {
    return new LineParser(new Timestamps(ZoneId.of(zone)), Instant.parse(received));
  }

  private static long nanos(String instant) {
    return Timestamps.nanos(Instant.parse(instant));
  }

  private static <T> List<T> seen(byte[] payload, Function<LogView, T> field) {
    List<T> values = new ArrayList<>();
    LogScan.scan(payload, log -> values.add(field.apply(log)));
    return values;
  }
}
