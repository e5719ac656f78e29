// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The scan and the sieve against protobuf-java, on random requests and on random damage to them.
 * Each seed is a test of its own, so that a failure names what repeats it.
 */
class WireFuzzTest {

  private static final List<Message> REQUESTS =
      List.of(
          ExportTraceServiceRequest.getDefaultInstance(),
          ExportLogsServiceRequest.getDefaultInstance(),
          ExportMetricsServiceRequest.getDefaultInstance());

  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void scan_randomTraces_seesWhatProtobufSees(long seed) {
    ExportTraceServiceRequest request =
        (ExportTraceServiceRequest) new RandomOtlp(seed).message(REQUESTS.get(0));

    assertSameSpans(request);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void scan_randomLogs_seesWhatProtobufSees(long seed) {
    ExportLogsServiceRequest request =
        (ExportLogsServiceRequest) new RandomOtlp(seed).message(REQUESTS.get(1));

    assertSameRecords(request);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void sieve_randomRequests_letsEverythingThrough(long seed) throws Exception {
    for (Message prototype : REQUESTS) {
      byte[] payload = new RandomOtlp(seed).message(prototype).toByteArray();

      OtlpSieve.Sieved sieved = sieve(prototype, payload);

      assertThat(sieved.rejected()).isEqualTo(Rejected.NONE);
      if (!sieved.stamped()) {
        assertThat(sieved.payload()).isSameAs(payload);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anything_mutatedBytes_neverThrowsAndWhatIsKeptParses(long seed) throws Exception {
    Random random = new Random(seed);
    for (Message prototype : REQUESTS) {
      byte[] payload = new RandomOtlp(seed).message(prototype).toByteArray();
      for (int round = 0; round < 100; round++) {
        byte[] mutated = mutate(payload, random);
        TraceScan.scan(mutated, WireFuzzTest::touch);
        LogScan.scan(mutated, WireFuzzTest::touch);
        try {
          byte[] kept = sieve(prototype, mutated).payload();
          prototype.getParserForType().parseFrom(kept);
        } catch (MalformedOtlpException e) {
          assertThat(isMessage(prototype, mutated)).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void scan_mutatedBytesThatStillParse_seesWhatProtobufSees(long seed) throws Exception {
    Random random = new Random(seed);
    byte[] payload = new RandomOtlp(seed).message(REQUESTS.get(0)).toByteArray();
    for (int round = 0; round < 100; round++) {
      byte[] mutated = mutate(payload, random);
      try {
        ExportTraceServiceRequest parsed = ExportTraceServiceRequest.parseFrom(mutated);
        assertThat(ids(mutated)).isEqualTo(ids(parsed.toByteArray()));
      } catch (InvalidProtocolBufferException e) {
        continue; // covered by the test above
      }
    }
  }

  private static List<String> ids(byte[] payload) {
    List<String> ids = new ArrayList<>();
    TraceScan.scan(
        payload,
        span ->
            ids.add(
                span.traceIdHigh()
                    + " "
                    + span.traceIdLow()
                    + " "
                    + span.spanId()
                    + " "
                    + span.parentSpanId()
                    + " "
                    + span.kind()
                    + " "
                    + span.startNanos()
                    + " "
                    + span.endNanos()
                    + " "
                    + span.flags()
                    + " "
                    + span.statusCode()
                    + " "
                    + span.name()));
    return ids;
  }

  private static boolean isMessage(Message prototype, byte[] bytes) {
    try {
      prototype.getParserForType().parseFrom(bytes);
      return true;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  private static OtlpSieve.Sieved sieve(Message prototype, byte[] payload)
      throws MalformedOtlpException {
    if (prototype instanceof ExportTraceServiceRequest) {
      return OtlpSieve.traces(payload);
    }
    return prototype instanceof ExportLogsServiceRequest
        ? OtlpSieve.logs(payload, 1)
        : OtlpSieve.metrics(payload);
  }

  private static byte[] mutate(byte[] payload, Random random) {
    byte[] mutated = payload.clone();
    for (int i = 1 + random.nextInt(3); i > 0 && mutated.length > 0; i--) {
      int at = random.nextInt(mutated.length);
      switch (random.nextInt(4)) {
        case 0 -> mutated[at] = (byte) random.nextInt();
        case 1 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> mutated = Arrays.copyOf(mutated, at);
        default -> mutated = splice(mutated, at, random);
      }
    }
    return mutated;
  }

  private static byte[] splice(byte[] bytes, int at, Random random) {
    int length = random.nextInt(Math.min(16, bytes.length - at) + 1);
    ByteBuffer spliced = ByteBuffer.allocate(bytes.length + length);
    return spliced
        .put(bytes, 0, at)
        .put(bytes, at, length)
        .put(bytes, at, bytes.length - at)
        .array();
  }

  private static void touch(SpanView span) {
    span.name();
    span.service();
    span.attribute("circuit_id");
    span.hasAttributeWithPrefix("db.");
  }

  private static void touch(LogView log) {
    log.traceId();
    log.spanId();
    log.body();
    log.severityText();
    log.eventName();
    log.service();
    log.attribute("circuit_id");
    log.attributes();
    log.resourceAttributes();
  }

  private static void assertSameSpans(ExportTraceServiceRequest request) {
    List<Span> expected = new ArrayList<>();
    List<Resource> resources = new ArrayList<>();
    request
        .getResourceSpansList()
        .forEach(
            resource ->
                resource
                    .getScopeSpansList()
                    .forEach(
                        scope ->
                            scope
                                .getSpansList()
                                .forEach(
                                    span -> {
                                      expected.add(span);
                                      resources.add(resource.getResource());
                                    })));
    int[] at = {0};
    int count =
        TraceScan.scan(
            request.toByteArray(),
            span -> {
              Span same = expected.get(at[0]);
              Resource resource = resources.get(at[0]++);
              assertThat(span.traceIdHigh()).isEqualTo(half(same.getTraceId(), 0));
              assertThat(span.traceIdLow()).isEqualTo(half(same.getTraceId(), 8));
              assertThat(span.spanId()).isEqualTo(half(same.getSpanId(), 0));
              assertThat(span.parentSpanId())
                  .isEqualTo(
                      same.getParentSpanId().isEmpty() ? 0 : half(same.getParentSpanId(), 0));
              assertThat(span.name()).isEqualTo(same.getName());
              assertThat(span.kind()).isEqualTo(same.getKindValue());
              assertThat(span.startNanos()).isEqualTo(same.getStartTimeUnixNano());
              assertThat(span.endNanos()).isEqualTo(same.getEndTimeUnixNano());
              assertThat(span.flags()).isEqualTo(same.getFlags());
              assertThat(span.statusCode()).isEqualTo(same.getStatus().getCodeValue());
              for (String key : List.of("circuit_id", "größe", "absent")) {
                assertThat(span.attribute(key))
                    .isEqualTo(text(key, same.getAttributesList(), resource.getAttributesList()));
              }
              assertThat(span.hasAttributeWithPrefix("db."))
                  .isEqualTo(
                      same.getAttributesList().stream()
                          .anyMatch(a -> a.getKey().startsWith("db.")));
            });
    assertThat(count).isEqualTo(expected.size());
  }

  private static void assertSameRecords(ExportLogsServiceRequest request) {
    List<LogRecord> expected = new ArrayList<>();
    request
        .getResourceLogsList()
        .forEach(
            resource ->
                resource
                    .getScopeLogsList()
                    .forEach(scope -> expected.addAll(scope.getLogRecordsList())));
    int[] at = {0};
    int count =
        LogScan.scan(
            request.toByteArray(),
            log -> {
              LogRecord same = expected.get(at[0]++);
              assertThat(log.traceId()).isEqualTo(hex(same.getTraceId()));
              assertThat(log.spanId()).isEqualTo(hex(same.getSpanId()));
              assertThat(log.timeNanos())
                  .isEqualTo(
                      same.getTimeUnixNano() != 0
                          ? same.getTimeUnixNano()
                          : same.getObservedTimeUnixNano());
              assertThat(log.severityNumber()).isEqualTo(same.getSeverityNumberValue());
              assertThat(log.severityText()).isEqualTo(same.getSeverityText());
              assertThat(log.eventName()).isEqualTo(same.getEventName());
              if (same.getBody().hasStringValue()) {
                assertThat(log.body()).isEqualTo(same.getBody().getStringValue());
              }
              assertThat(log.attributes().keySet())
                  .containsExactlyElementsOf(
                      same.getAttributesList().stream().map(KeyValue::getKey).distinct().toList());
            });
    assertThat(count).isEqualTo(expected.size());
  }

  private static long half(ByteString id, int from) {
    return ByteBuffer.wrap(id.toByteArray()).getLong(from);
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  private static @Nullable String text(String key, List<KeyValue> own, List<KeyValue> resource) {
    for (List<KeyValue> attributes : List.of(own, resource)) {
      for (KeyValue attribute : attributes) {
        if (attribute.getKey().equals(key)) {
          return text(attribute.getValue(), true);
        }
      }
    }
    return null;
  }

  private static @Nullable String text(AnyValue value, boolean top) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
      case INT_VALUE -> Long.toString(value.getIntValue());
      case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
      case ARRAY_VALUE ->
          top && value.getArrayValue().getValuesCount() == 1
              ? text(value.getArrayValue().getValues(0), false)
              : null;
      default -> null;
    };
  }
}
