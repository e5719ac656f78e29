// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.mdso.logs.LogLine.Level;
import io.correlationstation.mdso.logs.LogLine.Shape;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogLineParserTest {

  private static final String TRACE_ID = "aaaaaaaabbbb4ccc8dddeeeeeeeeeeee";
  private static final String COPY =
      "Jan  1 00:01:06 bp-host-1 aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee: { \"loggerName\":\"syslog\","
          + " \"asciTime\":\"2025-01-01 00:01:06,123\", \"functionName\":\"enter_exit_log\","
          + " \"levelNo\":\"40\", \"levelName\":\"ERROR\", \"message\":\"{\"trace_id\":"
          + " \"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\", \"state\": \"FAILED\", \"process\":"
          + " \"scripts.example.circuitdetailscollector.Activate\", \"circuit_name\":"
          + " \"80.L1XX.000001..TEST\", \"elapsed_time\": 66}\" }";

  private final LogLineParser parser = new LogLineParser(Instant.parse("2025-01-02T00:00:00Z"));

  @Test
  void parse_syslogCopyWithBrokenInnerJson_givesOuterAndInnerFields() {
    LogLine line = parser.parse(COPY);

    assertThat(line.shape()).isEqualTo(Shape.SYSLOG_COPY);
    assertThat(line.level()).isEqualTo(Level.ERROR);
    assertThat(line.time()).isEqualTo(Instant.parse("2025-01-01T00:01:06.123Z"));
    assertThat(line.traceId()).isEqualTo(TRACE_ID);
    assertThat(line.attributes())
        .containsEntry("functionName", "enter_exit_log")
        .containsEntry("loggerName", "syslog")
        .containsEntry("host", "bp-host-1")
        .containsEntry("trace_id", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee")
        .containsEntry("state", "FAILED")
        .containsEntry("process", "scripts.example.circuitdetailscollector.Activate")
        .containsEntry("circuit_name", "80.L1XX.000001..TEST")
        .containsEntry("circuit_id", "80.L1XX.000001..TEST")
        .containsEntry("elapsed_time", "66");
  }

  @Test
  void parse_syslogCopyTruncated_keepsWhatThereIs() {
    LogLine line = parser.parse(COPY.substring(0, COPY.indexOf("\"circuit_name\"")));

    assertThat(line.shape()).isEqualTo(Shape.SYSLOG_COPY);
    assertThat(line.level()).isEqualTo(Level.ERROR);
    assertThat(line.traceId()).isEqualTo(TRACE_ID);
    assertThat(line.body()).contains("FAILED");
  }

  @Test
  void parse_platformJson_takesGatewayIdsAndPriority() {
    LogLine line =
        parser.parse(
            "{\"app\":\"api-gw\",\"app_instance\":\"0\",\"host\":\"bp-host-1\",\"priority\":\"4\","
                + "\"timestamp\":\"2025-01-01T00:00:01.000000000Z\","
                + "\"trace_id\":\"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\","
                + "\"hop_id\":\"66666666-6666-4666-8666-666666666666\",\"http_method\":\"GET\","
                + "\"msg_code\":\"bpapigw-300\",\"msg\":\"upstream unavailable\"}");

    assertThat(line.shape()).isEqualTo(Shape.PLATFORM);
    assertThat(line.level()).isEqualTo(Level.WARN);
    assertThat(line.service()).isEqualTo("blueplanet");
    assertThat(line.body()).isEqualTo("upstream unavailable");
    assertThat(line.time()).isEqualTo(Instant.parse("2025-01-01T00:00:01Z"));
    assertThat(line.traceId()).isEqualTo(TRACE_ID);
    assertThat(line.attributes())
        .containsEntry("mdso.trace_id", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee")
        .containsEntry("mdso.hop_id", "66666666-6666-4666-8666-666666666666")
        .containsEntry("app", "api-gw");
  }

  @ParameterizedTest
  @CsvSource({"0, FATAL", "2, FATAL", "3, ERROR", "4, WARN", "5, INFO", "6, INFO", "7, DEBUG"})
  void parse_priority_isASeverity(String priority, Level expected) {
    assertThat(
            parser
                .parse("{\"app\":\"bpocore\",\"priority\":\"" + priority + "\",\"msg\":\"x\"}")
                .level())
        .isEqualTo(expected);
  }

  @Test
  void parse_splunkLineWithJson_takesItsFields() {
    LogLine line =
        parser.parse(
            "2025-01-01 00:00:00,250 - scriptplan - WARNING - {\"trace_id\": \"order-1/activate\","
                + " \"circuit_name\": \"80.L1XX.000001..TEST\", \"message\": \"slow\"}");

    assertThat(line.shape()).isEqualTo(Shape.SPLUNK);
    assertThat(line.level()).isEqualTo(Level.WARN);
    assertThat(line.body()).isEqualTo("slow");
    assertThat(line.traceId()).isEqualTo("0cbc712d357fc3d207800d796fd4f341");
    assertThat(line.attributes()).containsEntry("circuit_id", "80.L1XX.000001..TEST");
    assertThat(line.time()).isEqualTo(Instant.parse("2025-01-01T00:00:00.250Z"));
  }

  @Test
  void parse_splunkLineWithText_keepsTheText() {
    LogLine line = parser.parse("2025-01-01 00:00:00,000 - scriptplan - INFO - done - at last");

    assertThat(line.body()).isEqualTo("done - at last");
    assertThat(line.attributes()).containsEntry("loggerName", "scriptplan");
  }

  @Test
  void parse_raLine_takesProviderResourceAndMessage() {
    LogLine line =
        parser.parse(
            "2025-01-01 00:01:05,500 ERROR bpprov.bpo_11111111-1111-4111-8111-111111111111_"
                + "77777777-7777-4777-8777-777777777777 commit failed: <xnm:error><message>"
                + "configuration check-out failed</message></xnm:error>");

    assertThat(line.shape()).isEqualTo(Shape.RA);
    assertThat(line.level()).isEqualTo(Level.ERROR);
    assertThat(line.attributes())
        .containsEntry(
            "provider_resource_id",
            "bpo_11111111-1111-4111-8111-111111111111_77777777-7777-4777-8777-777777777777")
        .containsEntry("message", "configuration check-out failed");
  }

  @Test
  void parse_rfc5424WithStructuredData_takesTimeHostAndPriority() {
    LogLine line =
        parser.parse(
            "<11>1 2025-01-01T00:01:06.5Z bp-host-1 app 12 ID [a@1 b=\"c\\]d\"] TEST LOG"
                + " circuit_id=80.L1XX.000001..TEST, next");

    assertThat(line.level()).isEqualTo(Level.ERROR);
    assertThat(line.time()).isEqualTo(Instant.parse("2025-01-01T00:01:06.500Z"));
    assertThat(line.attributes())
        .containsEntry("host", "bp-host-1")
        .containsEntry("circuit_id", "80.L1XX.000001..TEST");
  }

  @Test
  void parse_decemberLineInJanuary_isOfLastYear() {
    assertThat(parser.parse("Dec 31 23:59:58 bp-host-1 late line").time())
        .isEqualTo(Instant.parse("2024-12-31T23:59:58Z"));
  }

  @Test
  void parse_testLine_takesKeys() {
    LogLine line =
        parser.parse(
            "TEST LOG resource_id=550e8400-e29b-41d4-a716-446655440000 circuit_id=test-123");

    assertThat(line.shape()).isEqualTo(Shape.KEY_VALUE);
    assertThat(line.attributes())
        .containsEntry("resource_id", "550e8400-e29b-41d4-a716-446655440000")
        .containsEntry("circuit_id", "test-123");
  }

  @Test
  void parse_secretInADictionary_isMasked() {
    LogLine line =
        parser.parse(
            "2025-01-01 00:00:00,000 - scriptplan - INFO - {\"device\": \"EXPLTXAA01W\","
                + " \"login\": {\"password\": \"hunter2\"}}");

    assertThat(line.toString()).doesNotContain("hunter2").contains("EXPLTXAA01W");
  }

  @Test
  void parse_hexWordThatIsNoTrace_isNoTrace() {
    assertThat(parser.parse("failed trace_id=abc circuit_id=test-1").traceId()).isNull();
  }
}
