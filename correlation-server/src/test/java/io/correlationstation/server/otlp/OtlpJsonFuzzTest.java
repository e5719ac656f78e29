// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The JSON converter against an encoder written here from the specification's rules. */
class OtlpJsonFuzzTest {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  static LongStream seeds() {
    return LongStream.range(0, 150);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void convert_randomRequests_givesTheSameMessage(long seed) throws Exception {
    RandomOtlp random = new RandomOtlp(seed);
    Message traces = random.message(ExportTraceServiceRequest.getDefaultInstance());
    Message logs = random.message(ExportLogsServiceRequest.getDefaultInstance());
    Message metrics = random.message(ExportMetricsServiceRequest.getDefaultInstance());
    Random style = new Random(seed);

    assertThat(ExportTraceServiceRequest.parseFrom(OtlpJson.traces(json(traces, style)).payload()))
        .isEqualTo(traces);
    assertThat(ExportLogsServiceRequest.parseFrom(OtlpJson.logs(json(logs, style)).payload()))
        .isEqualTo(logs);
    assertThat(
            ExportMetricsServiceRequest.parseFrom(OtlpJson.metrics(json(metrics, style)).payload()))
        .isEqualTo(metrics);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void convert_mutatedJson_isConvertedOrMalformed(long seed) {
    Random random = new Random(seed);
    byte[] json =
        json(new RandomOtlp(seed).message(ExportTraceServiceRequest.getDefaultInstance()), random);
    for (int round = 0; round < 50; round++) {
      byte[] mutated = json.clone();
      for (int i = 0; i < 3; i++) {
        mutated[random.nextInt(mutated.length)] =
            (byte) "{}[]\",:0e-tnul\\ x".charAt(random.nextInt(17));
      }
      try {
        OtlpJson.Converted converted = OtlpJson.traces(mutated);
        OtlpSieve.Sieved sieved = OtlpSieve.traces(converted.payload());
        assertThat(TraceScan.scan(sieved.payload(), span -> {})).isEqualTo(sieved.items());
      } catch (MalformedOtlpException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  private static byte[] json(Message message, Random style) {
    return node(message, style).toString().getBytes(UTF_8);
  }

  private static ObjectNode node(Message message, Random style) {
    ObjectNode node = JSON.objectNode();
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      String name = style.nextInt(5) == 0 ? field.getName() : field.getJsonName();
      if (field.isRepeated()) {
        ArrayNode array = node.putArray(name);
        ((List<?>) entry.getValue()).forEach(each -> array.add(value(field, each, style)));
      } else {
        node.set(name, value(field, entry.getValue(), style));
      }
    }
    return node;
  }

  private static JsonNode value(FieldDescriptor field, Object value, Random style) {
    return switch (field.getType()) {
      case MESSAGE -> node((Message) value, style);
      case ENUM -> JSON.numberNode(((EnumValueDescriptor) value).getNumber());
      case BYTES -> bytes(field, (ByteString) value, style);
      case STRING -> JSON.textNode((String) value);
      case BOOL -> JSON.booleanNode((Boolean) value);
      case DOUBLE -> decimal((Double) value);
      case UINT64, FIXED64 -> number(Long.toUnsignedString((Long) value), style);
      case UINT32, FIXED32 -> number(Integer.toUnsignedString((Integer) value), style);
      default -> number(value.toString(), style);
    };
  }

  private static JsonNode bytes(FieldDescriptor field, ByteString value, Random style) {
    if (!field.getName().endsWith("_id")) {
      return JSON.textNode(Base64.getEncoder().encodeToString(value.toByteArray()));
    }
    HexFormat hex = style.nextBoolean() ? HexFormat.of() : HexFormat.of().withUpperCase();
    return JSON.textNode(hex.formatHex(value.toByteArray()));
  }

  private static JsonNode decimal(double value) {
    return Double.isNaN(value) ? JSON.textNode("NaN") : JSON.numberNode(value);
  }

  private static JsonNode number(String digits, Random style) {
    return style.nextBoolean() ? JSON.textNode(digits) : JSON.numberNode(new BigInteger(digits));
  }
}
