// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpJsonTest {

  private static final String IDS =
      "\"traceId\":\"000102030405060708090A0b0c0d0e0f\",\"spanId\":\"F0f1f2f3f4f5f6f7\"";

  @Test
  void traces_R50_hexOfAnyCase_sameBytes() throws Exception {
    Span span = onlySpan("{" + IDS + "}");

    assertThat(HexFormat.of().formatHex(span.getTraceId().toByteArray()))
        .isEqualTo("000102030405060708090a0b0c0d0e0f");
    assertThat(HexFormat.of().formatHex(span.getSpanId().toByteArray()))
        .isEqualTo("f0f1f2f3f4f5f6f7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"1700000000000000000\"",
        "1700000000000000000",
        "1.7e18",
        "\"1.7e18\"",
        "17000000000000000000e-1"
      })
  void traces_R51_nanosInAnyForm_exact(String nanos) throws Exception {
    Span span = onlySpan("{" + IDS + ",\"startTimeUnixNano\":" + nanos + "}");

    assertThat(span.getStartTimeUnixNano()).isEqualTo(1_700_000_000_000_000_000L);
  }

  @Test
  void traces_R51_numbersBeyondDouble_areNotRounded() throws Exception {
    Span span =
        onlySpan(
            "{"
                + IDS
                + ",\"startTimeUnixNano\":1750000000123456789"
                + ",\"endTimeUnixNano\":18446744073709551615}");

    assertThat(span.getStartTimeUnixNano()).isEqualTo(1_750_000_000_123_456_789L);
    assertThat(Long.toUnsignedString(span.getEndTimeUnixNano())).isEqualTo("18446744073709551615");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "18446744073709551616",
        "1e999999999",
        "1e-999999999",
        "1.5",
        "\"x\"",
        "true",
        "{}"
      })
  void traces_R51_numberOutOfRange_rejectsOnlyThatSpan(String nanos) throws Exception {
    OtlpJson.Converted converted =
        traces("{" + IDS + ",\"startTimeUnixNano\":" + nanos + "},{" + IDS + "}");

    assertThat(converted.items()).isEqualTo(1);
    assertThat(converted.rejected().items()).isEqualTo(1);
    assertThat(converted.rejected().reasons())
        .singleElement()
        .asString()
        .contains("startTimeUnixNano");
    assertThat(ExportTraceServiceRequest.parseFrom(converted.payload()))
        .isEqualTo(ExportTraceServiceRequest.parseFrom(traces("{" + IDS + "}").payload()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"intValue\":\"9223372036854775807\"} | int_value: 9223372036854775807",
        "{\"intValue\":-1} | int_value: -1",
        "{\"doubleValue\":1} | double_value: 1.0",
        "{\"doubleValue\":\"NaN\"} | double_value: nan",
        "{\"doubleValue\":\"-Infinity\"} | double_value: -inf",
        "{\"boolValue\":false} | bool_value: false",
        "{\"stringValue\":\"\"} | string_value: \"\"",
        "{\"bytesValue\":\"+/8=\"} | bytes_value: \"\\373\\377\"",
        "{\"bytesValue\":\"-_8\"} | bytes_value: \"\\373\\377\"",
        "{\"arrayValue\":{\"values\":[{},{\"intValue\":1}]}}"
            + " | array_value { values { } values { int_value: 1 } }",
        "{\"kvlistValue\":{\"values\":[{\"key\":\"k\",\"value\":{\"kvlistValue\":{}}}]}}"
            + " | kvlist_value { values { key: \"k\" value { kvlist_value { } } } }",
        "{\"string_value\":\"snake\"} | string_value: \"snake\"",
      })
  void traces_R52R55_anyValue_keepsTypeAndPresence(String json, String expected) throws Exception {
    Span span = onlySpan("{" + IDS + ",\"attributes\":[{\"key\":\"a\",\"value\":" + json + "}]}");

    AnyValue.Builder value = AnyValue.newBuilder();
    com.google.protobuf.TextFormat.merge(expected, value);
    assertThat(span.getAttributes(0).getValue()).isEqualTo(value.build());
  }

  @ParameterizedTest
  @CsvSource({"3,3", "99,99", "\"SPAN_KIND_CLIENT\",3", "\"3\",3"})
  void traces_R53_enums_areNumbers(String json, int expected) throws Exception {
    assertThat(onlySpan("{" + IDS + ",\"kind\":" + json + "}").getKindValue()).isEqualTo(expected);
  }

  @Test
  void traces_R54_unknownMembersAtEveryLevel_areIgnored() throws Exception {
    byte[] json =
        ("""
        {"x":1,"resourceSpans":[{"x":[{}],"resource":{"x":{},"attributes":[{"x":null,"key":"k",
        "value":{"x":1,"intValue":"1"}}]},"scopeSpans":[{"x":"","scope":{"x":1},"spans":[{%s,
        "x":{"y":[1,2,{"z":null}]},"events":[{"x":1,"name":"e"}],"links":[{"x":1}],
        "status":{"x":1,"code":2}}]}]}]}
        """
                .formatted(IDS))
            .getBytes(UTF_8);

    OtlpJson.Converted converted = OtlpJson.traces(json);

    assertThat(converted.items()).isEqualTo(1);
    Span span = span(converted);
    assertThat(span.getStatus().getCodeValue()).isEqualTo(2);
    assertThat(span.getEvents(0).getName()).isEqualTo("e");
    assertThat(span.getUnknownFields().asMap()).isEmpty();
  }

  @Test
  void traces_R54_snakeCase_isRead() throws Exception {
    OtlpJson.Converted converted =
        OtlpJson.traces(
            """
            {"resource_spans":[{"scope_spans":[{"spans":[{
              "trace_id":"000102030405060708090a0b0c0d0e0f","span_id":"f0f1f2f3f4f5f6f7"}]}]}]}
            """
                .getBytes(UTF_8));

    assertThat(converted.items()).isEqualTo(1);
    assertThat(span(converted).getSpanId().size()).isEqualTo(8);
  }

  @Test
  void traces_R54_onlyUnknownMembers_isNotRecognized() throws Exception {
    assertThat(OtlpJson.traces("{\"resourceLogs\":[]}".getBytes(UTF_8)).recognized()).isFalse();
    assertThat(OtlpJson.traces("{}".getBytes(UTF_8)).recognized()).isTrue();
  }

  @Test
  void traces_R56_null_isAbsent() throws Exception {
    Span span = onlySpan("{" + IDS + ",\"attributes\":null,\"name\":null,\"status\":null}");

    assertThat(span.getAttributesCount()).isZero();
    assertThat(span.hasStatus()).isFalse();
  }

  @Test
  void traces_R58_loneSurrogate_isReplaced() throws Exception {
    Span span = onlySpan("{" + IDS + ",\"name\":\"a\\ud800b\\u0000\\ud83d\\ude00\"}");

    assertThat(span.getName()).isEqualTo("a\ufffdb\u0000😀");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{\"resourceSpans\":[]",
        "{\"resourceSpans\":[]} trailing",
        "{\"resourceSpans\":[]}{}",
        "{\"resourceSpans\":[],}",
        "{\"resourceSpans\":[{\"a\":NaN}]}",
        "{\"resourceSpans\":[],\"resourceSpans\":[]}",
        "{\"resourceSpans\":{}}",
        "{\"resourceSpans\":[1]}"
      })
  void traces_R23_broken_isMalformed(String json) {
    assertThatThrownBy(() -> OtlpJson.traces(json.getBytes(UTF_8)))
        .isInstanceOf(MalformedOtlpException.class);
  }

  @Test
  void traces_R23_tenThousandLevels_isMalformed() {
    String json = "{\"x\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";

    assertThatThrownBy(() -> OtlpJson.traces(json.getBytes(UTF_8)))
        .isInstanceOf(MalformedOtlpException.class);
  }

  @Test
  void traces_valueDeeperThanProtobufAllows_rejectsOnlyThatSpan() throws Exception {
    String deep = "{\"arrayValue\":{\"values\":[".repeat(60) + "]}}".repeat(60);

    OtlpJson.Converted converted =
        traces(
            "{" + IDS + ",\"attributes\":[{\"key\":\"a\",\"value\":" + deep + "}]},{" + IDS + "}");

    assertThat(converted.items()).isEqualTo(1);
    assertThat(converted.rejected().items()).isEqualTo(1);
  }

  @Test
  void traces_faultInResource_rejectsItsSpansOnly() throws Exception {
    String group = "{\"resource\":%s,\"scopeSpans\":[{\"spans\":[{" + IDS + "},{" + IDS + "}]}]}";

    OtlpJson.Converted converted =
        OtlpJson.traces(
            ("{\"resourceSpans\":["
                    + group.formatted("{\"attributes\":[{\"key\":5}]}")
                    + ","
                    + group.formatted("{}")
                    + "]}")
                .getBytes(UTF_8));

    assertThat(converted.items()).isEqualTo(2);
    assertThat(converted.rejected().items()).isEqualTo(2);
    assertThat(TraceScan.scan(converted.payload(), span -> {})).isEqualTo(2);
  }

  @Test
  void logs_A07_unusableId_staysAsAttribute() throws Exception {
    OtlpJson.Converted converted =
        OtlpJson.logs(
            """
            {"resourceLogs":[{"scopeLogs":[{"logRecords":[
              {"traceId":"000102030405060708090a0b0c0d0e0","body":{"stringValue":"kept"}}]}]}]}
            """
                .getBytes(UTF_8));

    LogRecord record =
        ExportLogsServiceRequest.parseFrom(converted.payload())
            .getResourceLogs(0)
            .getScopeLogs(0)
            .getLogRecords(0);
    assertThat(converted.rejected().items()).isZero();
    assertThat(record.getTraceId().isEmpty()).isTrue();
    assertThat(record.getAttributes(0).getKey()).isEqualTo("trace_id");
    assertThat(record.getAttributes(0).getValue().getStringValue())
        .isEqualTo("000102030405060708090a0b0c0d0e0");
  }

  @Test
  void metrics_R66_points_keepTheirValues() throws Exception {
    OtlpJson.Converted converted =
        OtlpJson.metrics(
            """
            {"resourceMetrics":[{"scopeMetrics":[{"metrics":[
              {"name":"n","gauge":{"dataPoints":[{"asInt":"-5"},{"flags":1},{"asDouble":"NaN"}]}},
              {"name":"h","histogram":{"aggregationTemporality":2,"dataPoints":[
                {"count":"3","sum":0,"bucketCounts":["1",2],"explicitBounds":[0.5]}]}},
              {"name":"e","exponentialHistogram":{"dataPoints":[
                {"scale":-2,"positive":{"offset":-7,"bucketCounts":[1,"300"]}}]}}]}]}]}
            """
                .getBytes(UTF_8));

    var metrics =
        ExportMetricsServiceRequest.parseFrom(converted.payload())
            .getResourceMetrics(0)
            .getScopeMetrics(0)
            .getMetricsList();
    assertThat(converted.items()).isEqualTo(5);
    assertThat(metrics.get(0).getGauge().getDataPoints(0).getAsInt()).isEqualTo(-5);
    assertThat(metrics.get(0).getGauge().getDataPoints(1).getValueCase())
        .isEqualTo(NumberDataPoint.ValueCase.VALUE_NOT_SET);
    assertThat(metrics.get(0).getGauge().getDataPoints(2).getAsDouble()).isNaN();
    assertThat(metrics.get(1).getHistogram().getDataPoints(0).hasSum()).isTrue();
    assertThat(metrics.get(1).getHistogram().getDataPoints(0).getBucketCountsList())
        .containsExactly(1L, 2L);
    var exponential = metrics.get(2).getExponentialHistogram().getDataPoints(0);
    assertThat(exponential.getScale()).isEqualTo(-2);
    assertThat(exponential.getPositive().getOffset()).isEqualTo(-7);
    assertThat(exponential.getPositive().getBucketCountsList()).containsExactly(1L, 300L);
  }

  private static OtlpJson.Converted traces(String spans) throws MalformedOtlpException {
    return OtlpJson.traces(
        ("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + spans + "]}]}]}").getBytes(UTF_8));
  }

  private static Span onlySpan(String span) throws Exception {
    OtlpJson.Converted converted = traces(span);
    assertThat(converted.rejected().reasons()).isEmpty();
    assertThat(converted.items()).isEqualTo(1);
    return span(converted);
  }

  private static Span span(OtlpJson.Converted converted) throws Exception {
    return ExportTraceServiceRequest.parseFrom(converted.payload())
        .getResourceSpans(0)
        .getScopeSpans(0)
        .getSpans(0);
  }
}
