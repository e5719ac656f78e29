// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.metrics.v1.Summary;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OtlpSieveTest {

  private static final ByteString TRACE_ID = ByteString.copyFromUtf8("0123456789abcdef");
  private static final ByteString SPAN_ID = ByteString.copyFromUtf8("01234567");
  private static final ByteString NOT_UTF8 = ByteString.copyFrom("Gr\u00f6\u00dfe", ISO_8859_1);

  /** Text that protobuf-java would not write; found and replaced in the bytes. */
  private static final String PLACEHOLDER = "PLACEHOLDER-FOR-BAD-TEXT";

  static Stream<Arguments> poison() {
    return Stream.of(
        poison("trace id of 15 bytes", "id", s -> s.setTraceId(TRACE_ID.substring(1))),
        poison("no trace id", "id", s -> s.clearTraceId()),
        poison("zero trace id", "id", s -> s.setTraceId(ByteString.copyFrom(new byte[16]))),
        poison("zero span id", "id", s -> s.setSpanId(ByteString.copyFrom(new byte[8]))),
        poison("span id of 7 bytes", "id", s -> s.setSpanId(SPAN_ID.substring(1))),
        poison("parent of 3 bytes", "id", s -> s.setParentSpanId(SPAN_ID.substring(5))),
        poison(
            "link to a trace of 2 bytes",
            "id",
            s -> s.addLinks(Span.Link.newBuilder().setTraceId(TRACE_ID.substring(14)))),
        poison("bad text in the name", "utf8", s -> s.setName(PLACEHOLDER)),
        poison(
            "bad text in an event's attribute",
            "utf8",
            s ->
                s.addEvents(
                    Span.Event.newBuilder()
                        .addAttributes(
                            KeyValue.newBuilder()
                                .setKey("k")
                                .setValue(AnyValue.newBuilder().setStringValue(PLACEHOLDER))))),
        poison("48 nested arrays", "depth", s -> s.addAttributes(nested(48))),
        poison(
            "two values",
            "oneof",
            s ->
                s.addAttributes(
                    KeyValue.newBuilder()
                        .setValue(
                            AnyValue.newBuilder()
                                .setStringValue("one")
                                .setUnknownFields(
                                    UnknownFieldSet.newBuilder()
                                        .addField(
                                            3,
                                            UnknownFieldSet.Field.newBuilder().addVarint(2).build())
                                        .build())))),
        poison(
            "an attribute that is no message",
            "bytes",
            s ->
                s.setUnknownFields(
                    UnknownFieldSet.newBuilder()
                        .addField(
                            9,
                            UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFrom(new byte[] {0x0a, 5, 1}))
                                .build())
                        .build())));
  }

  private static Arguments poison(String what, String kind, UnaryOperator<Span.Builder> change) {
    return Arguments.of(what, kind, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("poison")
  void traces_R60R58R22_onePoisonSpan_costsOnlyItself(
      String what, String kind, UnaryOperator<Span.Builder> change) throws Exception {
    List<Span> good = IntStream.range(0, 999).mapToObj(OtlpSieveTest::span).toList();
    ScopeSpans.Builder scope = ScopeSpans.newBuilder().addAllSpans(good);
    scope.addSpans(500, change.apply(span(5000).toBuilder()));

    OtlpSieve.Sieved sieved = OtlpSieve.traces(bytes(request(scope)));

    assertThat(sieved.items()).isEqualTo(999);
    assertThat(sieved.rejected().byKind()).isEqualTo(Map.of(kind, 1));
    assertThat(sieved.rejected().message()).startsWith("1 rejected: Span: ");
    assertThat(sieved.payload())
        .isEqualTo(request(ScopeSpans.newBuilder().addAllSpans(good)).toByteArray());
  }

  @Test
  void traces_nothingWrong_givesTheSameArray() throws Exception {
    byte[] payload = request(ScopeSpans.newBuilder().addSpans(span(1))).toByteArray();

    assertThat(OtlpSieve.traces(payload).payload()).isSameAs(payload);
  }

  @Test
  void traces_R22_47NestedArrays_areKeptAndParse() throws Exception {
    byte[] payload =
        request(ScopeSpans.newBuilder().addSpans(span(1).toBuilder().addAttributes(nested(47))))
            .toByteArray();

    assertThat(OtlpSieve.traces(payload).items()).isEqualTo(1);
    assertThat(ExportTraceServiceRequest.parseFrom(payload).getResourceSpansCount()).isEqualTo(1);
  }

  @Test
  void traces_R22_tenThousandLevels_rejectOneSpan() throws Exception {
    Span deep =
        span(1).toBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        9,
                        UnknownFieldSet.Field.newBuilder().addLengthDelimited(deep(10_000)).build())
                    .build())
            .build();

    OtlpSieve.Sieved sieved =
        OtlpSieve.traces(
            request(ScopeSpans.newBuilder().addSpans(deep).addSpans(span(2))).toByteArray());

    assertThat(sieved.items()).isEqualTo(1);
    assertThat(sieved.rejected().byKind()).isEqualTo(Map.of("depth", 1));
  }

  @Test
  void traces_badTextInResource_costsItsSpansOnly() throws Exception {
    ResourceSpans bad =
        ResourceSpans.newBuilder()
            .setResource(
                Resource.newBuilder().addAttributes(KeyValue.newBuilder().setKey(PLACEHOLDER)))
            .addScopeSpans(ScopeSpans.newBuilder().addSpans(span(1)).addSpans(span(2)))
            .build();
    ResourceSpans good =
        ResourceSpans.newBuilder().addScopeSpans(ScopeSpans.newBuilder().addSpans(span(3))).build();

    OtlpSieve.Sieved sieved =
        OtlpSieve.traces(
            bytes(
                ExportTraceServiceRequest.newBuilder()
                    .addResourceSpans(bad)
                    .addResourceSpans(good)
                    .build()));

    assertThat(sieved.items()).isEqualTo(1);
    assertThat(sieved.rejected().byKind()).isEqualTo(Map.of("utf8", 2));
    assertThat(sieved.payload())
        .isEqualTo(
            ExportTraceServiceRequest.newBuilder().addResourceSpans(good).build().toByteArray());
  }

  @Test
  void traces_badTextInScope_countsSpansRejectedBefore() throws Exception {
    ScopeSpans.Builder scope =
        ScopeSpans.newBuilder()
            .addSpans(span(1))
            .addSpans(span(2).toBuilder().clearSpanId())
            .setSchemaUrl(PLACEHOLDER);

    OtlpSieve.Sieved sieved = OtlpSieve.traces(bytes(request(scope)));

    assertThat(sieved.items()).isZero();
    assertThat(sieved.rejected().byKind()).isEqualTo(Map.of("utf8", 1, "id", 1));
    assertThat(TraceScan.scan(sieved.payload(), span -> {})).isZero();
  }

  @Test
  void traces_R61_unknownFieldsOfAnyKind_survive() throws Exception {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(
                777,
                UnknownFieldSet.Field.newBuilder()
                    .addVarint(-1)
                    .addFixed32(7)
                    .addFixed64(9)
                    .addLengthDelimited(NOT_UTF8)
                    .addGroup(
                        UnknownFieldSet.newBuilder()
                            .addField(1, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                            .build())
                    .build())
            .addField(5, UnknownFieldSet.Field.newBuilder().addVarint(3).build())
            .build();
    ScopeSpans.Builder scope =
        ScopeSpans.newBuilder()
            .addSpans(span(1).toBuilder().setUnknownFields(unknown))
            .addSpans(span(2).toBuilder().clearTraceId())
            .setUnknownFields(unknown);

    OtlpSieve.Sieved sieved = OtlpSieve.traces(request(scope).toByteArray());

    ScopeSpans kept =
        ExportTraceServiceRequest.parseFrom(sieved.payload()).getResourceSpans(0).getScopeSpans(0);
    assertThat(sieved.items()).isEqualTo(1);
    assertThat(kept.getUnknownFields()).isEqualTo(unknown);
    assertThat(kept.getSpans(0).getUnknownFields()).isEqualTo(unknown);
    assertThat(kept.getSpans(0).getName()).as("field 5 as a varint is unknown").isEqualTo("span 1");
  }

  @Test
  void traces_R62R64_everythingElse_isUntouched() throws Exception {
    Span odd =
        span(1).toBuilder()
            .setStartTimeUnixNano(9)
            .setEndTimeUnixNano(3)
            .setFlags(0x301)
            .setTraceState("a=b")
            .setDroppedAttributesCount(1)
            .setDroppedEventsCount(2)
            .setDroppedLinksCount(3)
            .setKindValue(99)
            .addAttributes(KeyValue.newBuilder().setKey("twice"))
            .addAttributes(KeyValue.newBuilder().setKey("twice"))
            .addLinks(Span.Link.newBuilder().setFlags(7).setTraceId(TRACE_ID).setSpanId(SPAN_ID))
            .build();
    byte[] payload =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setSchemaUrl("https://example.com/1")
                    .setResource(Resource.newBuilder().setDroppedAttributesCount(4))
                    .addScopeSpans(
                        ScopeSpans.newBuilder()
                            .setSchemaUrl("https://example.com/2")
                            .setScope(InstrumentationScope.newBuilder().setName("s"))
                            .addSpans(odd)
                            .addSpans(odd)))
            .build()
            .toByteArray();

    OtlpSieve.Sieved sieved = OtlpSieve.traces(payload);

    assertThat(sieved.items()).isEqualTo(2);
    assertThat(sieved.payload()).isSameAs(payload);
  }

  @Test
  void traces_R22_cutAnywhere_isMalformed() {
    byte[] payload = request(ScopeSpans.newBuilder().addSpans(span(1))).toByteArray();

    for (int length = 1; length < payload.length; length++) {
      byte[] truncated = Arrays.copyOf(payload, length);
      assertThatThrownBy(() -> OtlpSieve.traces(truncated))
          .as("first %d bytes", length)
          .isInstanceOf(MalformedOtlpException.class);
    }
  }

  @Test
  void metrics_R66_pointsOfEveryKind_areCountedAndUntouched() throws Exception {
    byte[] payload = metrics(everyKind()).toByteArray();

    OtlpSieve.Sieved sieved = OtlpSieve.metrics(payload);

    assertThat(sieved.items()).isEqualTo(6);
    assertThat(sieved.payload()).isSameAs(payload);
  }

  @Test
  void metrics_exemplarWithBadId_costsItsPointOnly() throws Exception {
    NumberDataPoint bad =
        NumberDataPoint.newBuilder()
            .addExemplars(Exemplar.newBuilder().setTraceId(SPAN_ID))
            .build();
    Metric metric =
        Metric.newBuilder()
            .setGauge(
                Gauge.newBuilder().addDataPoints(bad).addDataPoints(NumberDataPoint.newBuilder()))
            .build();

    OtlpSieve.Sieved sieved = OtlpSieve.metrics(metrics(List.of(metric)).toByteArray());

    assertThat(sieved.items()).isEqualTo(1);
    assertThat(sieved.rejected().byKind()).isEqualTo(Map.of("id", 1));
  }

  @Test
  void metrics_badNameOfMetric_costsItsPointsOnly() throws Exception {
    List<Metric> all =
        List.of(
            Metric.newBuilder()
                .setName(PLACEHOLDER)
                .setGauge(
                    Gauge.newBuilder()
                        .addDataPoints(NumberDataPoint.newBuilder())
                        .addDataPoints(NumberDataPoint.newBuilder()))
                .build(),
            everyKind().get(0));

    OtlpSieve.Sieved sieved = OtlpSieve.metrics(bytes(metrics(all)));

    assertThat(sieved.rejected().byKind()).isEqualTo(Map.of("utf8", 2));
    assertThat(ExportMetricsServiceRequest.parseFrom(sieved.payload()))
        .isEqualTo(metrics(all.subList(1, 2)));
  }

  @Test
  void logs_R67_timesAreKept_missingOnesAreStamped() throws Exception {
    LogRecord observedOnly = LogRecord.newBuilder().setObservedTimeUnixNano(5).build();
    LogRecord timeless = LogRecord.newBuilder().setSeverityText("x").build();

    OtlpSieve.Sieved sieved = OtlpSieve.logs(logs(observedOnly, timeless), 77);

    assertThat(sieved.items()).isEqualTo(2);
    assertThat(sieved.stamped()).isTrue();
    assertThat(records(sieved))
        .containsExactly(observedOnly, timeless.toBuilder().setObservedTimeUnixNano(77).build());
  }

  @Test
  void logs_withTimes_areNotStamped() throws Exception {
    byte[] payload = logs(LogRecord.newBuilder().setTimeUnixNano(5).build());

    OtlpSieve.Sieved sieved = OtlpSieve.logs(payload, 77);

    assertThat(sieved.stamped()).isFalse();
    assertThat(sieved.payload()).isSameAs(payload);
  }

  @Test
  void logs_badIds_becomeAttributes() throws Exception {
    LogRecord record =
        LogRecord.newBuilder()
            .setTimeUnixNano(5)
            .setTraceId(ByteString.copyFrom(new byte[] {1, 2, (byte) 0xff}))
            .setSpanId(ByteString.copyFrom(new byte[] {3}))
            .build();

    OtlpSieve.Sieved sieved = OtlpSieve.logs(logs(record), 77);

    assertThat(sieved.rejected().items()).isZero();
    assertThat(sieved.stamped()).isFalse();
    LogScan.scan(
        sieved.payload(),
        log -> {
          assertThat(log.traceId()).isNull();
          assertThat(log.attributes()).isEqualTo(Map.of("trace_id", "0102ff", "span_id", "03"));
        });
  }

  private static List<LogRecord> records(OtlpSieve.Sieved sieved) throws Exception {
    return ExportLogsServiceRequest.parseFrom(sieved.payload())
        .getResourceLogs(0)
        .getScopeLogs(0)
        .getLogRecordsList();
  }

  private static byte[] logs(LogRecord... records) {
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(
            ResourceLogs.newBuilder()
                .addScopeLogs(ScopeLogs.newBuilder().addAllLogRecords(List.of(records))))
        .build()
        .toByteArray();
  }

  static List<Metric> everyKind() {
    return List.of(
        Metric.newBuilder()
            .setName("g")
            .setGauge(
                Gauge.newBuilder()
                    .addDataPoints(NumberDataPoint.newBuilder().setFlags(1))
                    .addDataPoints(NumberDataPoint.newBuilder().setAsDouble(Double.NaN))
                    .addDataPoints(NumberDataPoint.newBuilder().setAsInt(-1)))
            .build(),
        Metric.newBuilder()
            .setName("h")
            .setHistogram(
                Histogram.newBuilder()
                    .setAggregationTemporalityValue(1)
                    .addDataPoints(
                        HistogramDataPoint.newBuilder()
                            .setCount(3)
                            .setSum(0)
                            .addBucketCounts(1)
                            .addBucketCounts(2)
                            .addExplicitBounds(0.5)))
            .build(),
        Metric.newBuilder()
            .setName("e")
            .setExponentialHistogram(
                ExponentialHistogram.newBuilder()
                    .addDataPoints(
                        ExponentialHistogramDataPoint.newBuilder()
                            .setScale(-3)
                            .setPositive(
                                ExponentialHistogramDataPoint.Buckets.newBuilder()
                                    .setOffset(-2)
                                    .addBucketCounts(300)
                                    .addBucketCounts(0))))
            .build(),
        Metric.newBuilder()
            .setName("s")
            .setSummary(
                Summary.newBuilder()
                    .addDataPoints(
                        SummaryDataPoint.newBuilder()
                            .addQuantileValues(
                                SummaryDataPoint.ValueAtQuantile.newBuilder().setQuantile(0.5))))
            .build());
  }

  private static ExportMetricsServiceRequest metrics(List<Metric> metrics) {
    return ExportMetricsServiceRequest.newBuilder()
        .addResourceMetrics(
            ResourceMetrics.newBuilder()
                .addScopeMetrics(ScopeMetrics.newBuilder().addAllMetrics(metrics)))
        .build();
  }

  private static ExportTraceServiceRequest request(ScopeSpans.Builder scope) {
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
        .build();
  }

  private static Span span(int number) {
    return Span.newBuilder()
        .setTraceId(TRACE_ID)
        .setSpanId(SPAN_ID)
        .setName("span " + number)
        .setStartTimeUnixNano(1_750_000_000_000_000_000L + number)
        .build();
  }

  private static KeyValue nested(int arrays) {
    AnyValue value = AnyValue.getDefaultInstance();
    for (int i = 0; i < arrays; i++) {
      value = AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder().addValues(value)).build();
    }
    return KeyValue.newBuilder().setKey("deep").setValue(value).build();
  }

  /** A {@code KeyValue} around nested arrays, deeper than builders can make. */
  private static ByteString deep(int arrays) {
    WireWriter out = new WireWriter(64);
    int[] begun = new int[arrays * 2 + 1];
    begun[0] = out.begin(AnyValues.KEY_VALUE_VALUE);
    for (int i = 0; i < arrays; i++) {
      begun[2 * i + 1] = out.begin(AnyValues.ARRAY);
      begun[2 * i + 2] = out.begin(AnyValues.LIST_VALUES);
    }
    for (int i = begun.length - 1; i >= 0; i--) {
      out.end(begun[i]);
    }
    return ByteString.copyFrom(out.toByteArray());
  }

  /**
   * The request with the placeholder, if it is there, overwritten with bytes that are not UTF-8.
   */
  private static byte[] bytes(com.google.protobuf.MessageLite request) {
    byte[] bytes = request.toByteArray();
    int at = new String(bytes, ISO_8859_1).indexOf(PLACEHOLDER);
    for (int i = 0; at >= 0 && i < PLACEHOLDER.length(); i++) {
      bytes[at + i] = NOT_UTF8.byteAt(i % NOT_UTF8.size());
    }
    return bytes;
  }
}
