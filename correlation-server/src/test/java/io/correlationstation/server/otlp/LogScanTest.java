// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogScanTest {

  private static final AnyValue MAP =
      AnyValue.newBuilder()
          .setKvlistValue(
              KeyValueList.newBuilder()
                  .addValues(attribute("msg", string("a \"quoted\" word")))
                  .addValues(
                      attribute(
                          "list",
                          AnyValue.newBuilder()
                              .setArrayValue(
                                  ArrayValue.newBuilder()
                                      .addValues(AnyValue.newBuilder().setIntValue(1))
                                      .addValues(AnyValue.newBuilder().setBoolValue(false))
                                      .addValues(AnyValue.getDefaultInstance()))
                              .build())))
          .build();

  @Test
  void scan_record_readsEveryField() {
    LogRecord record =
        LogRecord.newBuilder()
            .setTraceId(bytes("000102030405060708090a0b0c0d0e0f"))
            .setSpanId(bytes("f0f1f2f3f4f5f6f7"))
            .setTimeUnixNano(1_750_000_000_123_456_789L)
            .setObservedTimeUnixNano(1)
            .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_WARN)
            .setSeverityText("Warning")
            .setBody(string("Straße 😀"))
            .setEventName("mdso.token.acquired")
            .addAttributes(attribute("circuit_id", string("80.L1XX.000001..TEST")))
            .addAttributes(attribute("detail", MAP))
            .build();

    int records =
        LogScan.scan(
            request(record),
            log -> {
              assertThat(log.traceId()).isEqualTo("000102030405060708090a0b0c0d0e0f");
              assertThat(log.spanId()).isEqualTo("f0f1f2f3f4f5f6f7");
              assertThat(log.timeNanos()).isEqualTo(1_750_000_000_123_456_789L);
              assertThat(log.severityNumber()).isEqualTo(13);
              assertThat(log.severityText()).isEqualTo("Warning");
              assertThat(log.body()).isEqualTo("Straße 😀");
              assertThat(log.eventName()).isEqualTo("mdso.token.acquired");
              assertThat(log.service()).isEqualTo("arda");
              assertThat(log.attribute("circuit_id")).isEqualTo("80.L1XX.000001..TEST");
              assertThat(log.attribute("detail")).isNull();
              assertThat(log.attributes())
                  .isEqualTo(
                      Map.of(
                          "circuit_id",
                          "80.L1XX.000001..TEST",
                          "detail",
                          "{\"msg\":\"a \\\"quoted\\\" word\",\"list\":[1,false,null]}"));
            });

    assertThat(records).isEqualTo(1);
  }

  @Test
  void scan_recordWithoutAnything_readsAsAbsent() {
    LogScan.scan(
        request(LogRecord.newBuilder().setObservedTimeUnixNano(7).build()),
        log -> {
          assertThat(log.traceId()).isNull();
          assertThat(log.spanId()).isNull();
          assertThat(log.timeNanos()).isEqualTo(7);
          assertThat(log.severityNumber()).isZero();
          assertThat(log.severityText()).isEmpty();
          assertThat(log.body()).isEmpty();
          assertThat(log.eventName()).isEmpty();
          assertThat(log.attributes()).isEmpty();
        });
  }

  @Test
  void traceId_allZero_isNull() {
    LogScan.scan(
        request(LogRecord.newBuilder().setTraceId(ByteString.copyFrom(new byte[16])).build()),
        log -> assertThat(log.traceId()).isNull());
  }

  @Test
  void body_structured_isCompactJson() {
    LogScan.scan(
        request(LogRecord.newBuilder().setBody(MAP).build()),
        log ->
            assertThat(log.body())
                .isEqualTo("{\"msg\":\"a \\\"quoted\\\" word\",\"list\":[1,false,null]}"));
  }

  private static byte[] request(LogRecord record) {
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(
            ResourceLogs.newBuilder()
                .setResource(
                    Resource.newBuilder().addAttributes(attribute("service.name", string("arda"))))
                .addScopeLogs(ScopeLogs.newBuilder().addLogRecords(record)))
        .build()
        .toByteArray();
  }

  private static KeyValue attribute(String key, AnyValue value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  private static AnyValue string(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }
}
