// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceScanTest {

  private static final Span SPAN =
      Span.newBuilder()
          .setTraceId(bytes("000102030405060708090a0b0c0d0e0f"))
          .setSpanId(bytes("f0f1f2f3f4f5f6f7"))
          .setParentSpanId(bytes("a0a1a2a3a4a5a6a7"))
          .setName("create_network_service")
          .setKind(Span.SpanKind.SPAN_KIND_CLIENT)
          .setStartTimeUnixNano(1_750_000_000_123_456_789L)
          .setEndTimeUnixNano(1_750_000_001_123_456_789L)
          .setFlags(0x301)
          .setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR))
          .addAttributes(attribute("circuit_id", string("80.L1XX.000001..TEST")))
          .addAttributes(attribute("attempt", AnyValue.newBuilder().setIntValue(-3).build()))
          .addAttributes(attribute("ratio", AnyValue.newBuilder().setDoubleValue(0.5).build()))
          .addAttributes(attribute("retry", AnyValue.newBuilder().setBoolValue(true).build()))
          .addAttributes(attribute("http.header", list(string("one"))))
          .addAttributes(attribute("many", list(string("one"), string("two"))))
          .build();

  @Test
  void scan_span_readsEveryField() {
    List<String> seen = new ArrayList<>();

    int spans =
        TraceScan.scan(
            request("beorn", SPAN).toByteArray(),
            span -> {
              assertThat(span.traceIdHigh()).isEqualTo(0x0001020304050607L);
              assertThat(span.traceIdLow()).isEqualTo(0x08090a0b0c0d0e0fL);
              assertThat(span.spanId()).isEqualTo(0xf0f1f2f3f4f5f6f7L);
              assertThat(span.parentSpanId()).isEqualTo(0xa0a1a2a3a4a5a6a7L);
              assertThat(span.kind()).isEqualTo(3);
              assertThat(span.startNanos()).isEqualTo(1_750_000_000_123_456_789L);
              assertThat(span.endNanos()).isEqualTo(1_750_000_001_123_456_789L);
              assertThat(span.flags()).isEqualTo(0x301);
              assertThat(span.statusCode()).isEqualTo(2);
              assertThat(span.service()).isEqualTo("beorn");
              seen.add(span.name());
            });

    assertThat(spans).isEqualTo(1);
    assertThat(seen).containsExactly("create_network_service");
  }

  @Test
  void attribute_C19_byShapeOfValue_isText() {
    TraceScan.scan(
        request("beorn", SPAN).toByteArray(),
        span -> {
          assertThat(span.attribute("circuit_id")).isEqualTo("80.L1XX.000001..TEST");
          assertThat(span.attribute("attempt")).isEqualTo("-3");
          assertThat(span.attribute("ratio")).isEqualTo("0.5");
          assertThat(span.attribute("retry")).isEqualTo("true");
          assertThat(span.attribute("http.header")).isEqualTo("one");
          assertThat(span.attribute("many")).isNull();
          assertThat(span.attribute("absent")).isNull();
          assertThat(span.attribute("host.name")).isEqualTo("host-1");
          assertThat(span.hasAttributeWithPrefix("http.")).isTrue();
          assertThat(span.hasAttributeWithPrefix("db.")).isFalse();
          assertThat(span.hasAttributeWithPrefix("host.")).isFalse();
        });
  }

  /** A key says what the span is about: one value of its own, else its resource's. */
  @Test
  void attribute_C19_asAKey_isTheSpansBeforeTheResources() {
    Resource resource =
        Resource.newBuilder()
            .addAttributes(attribute("circuit_id", string("80.L1XX.000002..TEST")))
            .addAttributes(attribute("product_id", string("of the resource")))
            .build();
    AnyValue map =
        AnyValue.newBuilder()
            .setKvlistValue(
                KeyValueList.newBuilder().addValues(attribute("id", string("in a map"))))
            .build();
    Span span =
        SPAN.toBuilder()
            .addAttributes(attribute("request_id", AnyValue.newBuilder().setIntValue(17).build()))
            .addAttributes(attribute("resource_id", list(string("only one"))))
            .addAttributes(attribute("resource_type_id", map))
            .build();
    ExportTraceServiceRequest request =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(resource)
                    .addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
            .build();

    int spans =
        TraceScan.scan(
            request.toByteArray(),
            view -> {
              assertThat(view.attribute("circuit_id")).isEqualTo("80.L1XX.000001..TEST");
              assertThat(view.attribute("product_id")).isEqualTo("of the resource");
              assertThat(view.attribute("request_id")).isEqualTo("17");
              assertThat(view.attribute("resource_id")).isEqualTo("only one");
              assertThat(view.attribute("resource_type_id")).isNull();
            });

    assertThat(spans).isEqualTo(1);
  }

  @Test
  void service_missingOnResource_isUnknown() {
    List<String> services = new ArrayList<>();

    TraceScan.scan(
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .addScopeSpans(
                        ScopeSpans.newBuilder()
                            .addSpans(
                                SPAN.toBuilder()
                                    .addAttributes(attribute("service.name", string("wrong"))))))
            .build()
            .toByteArray(),
        span -> services.add(span.service()));

    assertThat(services).containsExactly("unknown_service");
  }

  @Test
  void scan_C02_idsOfWrongLength_areAbsent() {
    Span odd = SPAN.toBuilder().setTraceId(bytes("0102")).setSpanId(bytes("01")).build();

    TraceScan.scan(
        request("beorn", odd).toByteArray(),
        span -> {
          assertThat(span.traceIdHigh()).isZero();
          assertThat(span.traceIdLow()).isZero();
          assertThat(span.spanId()).isZero();
        });
  }

  private static ExportTraceServiceRequest request(String service, Span... spans) {
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(
                    Resource.newBuilder()
                        .addAttributes(attribute("service.name", string(service)))
                        .addAttributes(attribute("host.name", string("host-1"))))
                .addScopeSpans(ScopeSpans.newBuilder().addAllSpans(List.of(spans))))
        .build();
  }

  private static KeyValue attribute(String key, AnyValue value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  private static AnyValue string(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  private static AnyValue list(AnyValue... values) {
    return AnyValue.newBuilder()
        .setArrayValue(ArrayValue.newBuilder().addAllValues(List.of(values)))
        .build();
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }
}
