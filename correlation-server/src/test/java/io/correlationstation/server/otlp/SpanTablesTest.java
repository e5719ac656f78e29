// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Readers that share a table see what each would see alone. */
final class SpanTablesTest {

  private static final List<String> NAMES = List.of("circuit_id", "request_id", "k1", "k2");
  private static final AttributeNames TABLE = AttributeNames.of(NAMES);

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void scan_chosenSpans_areThoseOfAWholeScan(long seed) {
    byte[] payload = traces(seed);
    damage(payload, new Random(seed), seed % 3 == 0);
    List<String> all = new ArrayList<>();
    TraceScan.scan(
        payload,
        TABLE,
        span -> {
          if (chosen(span.traceIdLow(), span.found(), span.service())) {
            all.add(told(span));
          }
        });

    List<String> some = new ArrayList<>();
    TraceScan.scan(
        payload,
        TABLE,
        new SpanTables(NAMES).of(seed, payload),
        (high, low, found, service) -> chosen(low, found, service),
        span -> some.add(told(span)));

    assertThat(some).isEqualTo(all);
  }

  /** An odd choice that depends on everything a reader is asked about. */
  private static boolean chosen(long traceIdLow, long found, String service) {
    return (traceIdLow + found + service.hashCode()) % 2 == 0;
  }

  private static String told(SpanView span) {
    return span.spanId()
        + span.name()
        + span.service()
        + span.found()
        + span.attribute("circuit_id");
  }

  private static byte[] traces(long seed) {
    return new RandomOtlp(seed)
        .message(ExportTraceServiceRequest.getDefaultInstance())
        .toByteArray();
  }

  private static void damage(byte[] payload, Random random, boolean wanted) {
    if (wanted && payload.length > 0) {
      payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(8));
    }
  }

  @Test
  void of_sameFrameAgain_isTheSameTable() {
    byte[] payload = traces(1);
    SpanTables tables = new SpanTables(NAMES);

    assertThat(tables.of(7, payload)).isSameAs(tables.of(7, payload));
  }

  @Test
  void of_frameInAnOlderOnesPlace_isItsOwnTable() {
    byte[] payload = traces(1);
    SpanTables tables = new SpanTables(NAMES);
    SpanTable old = tables.of(7, payload);

    assertThat(tables.of(7 + 512, new byte[0]).size()).isZero();
    assertThat(tables.of(7, payload)).isNotSameAs(old);
  }

  @Test
  void bits_ofNames_areTheirPlaces() {
    SpanTables tables = new SpanTables(List.of("a", "b", "a", "c"));

    assertThat(tables.bits(Stream.of("c", "a", "unknown"))).isEqualTo(0b101);
  }
}
