// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.benchmarks.load.Traffic.Orders;
import io.correlationstation.server.otlp.LogScan;
import io.correlationstation.server.otlp.MalformedOtlpException;
import io.correlationstation.server.otlp.OtlpSieve;
import io.correlationstation.server.otlp.TraceScan;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BatchesTest {

  private static final long NOW = 1_793_534_400_000_000_000L;
  private static final int LAG = 4;

  private final Batches spans = Batches.ofSpans(new Orders(3, 1, LAG), 7);

  @Test
  void request_spans_areValidAndOfTheSizeTheyClaim() throws MalformedOtlpException {
    byte[] request = spans.request(5, NOW);

    OtlpSieve.Sieved sieved = OtlpSieve.traces(request);

    assertThat(sieved.items()).isEqualTo(spans.items()).isEqualTo(512);
    assertThat(sieved.rejected().items()).isZero();
    assertThat(request.length / 512).isBetween(450, 600);
  }

  @Test
  void request_manyNumbers_noSpanTwiceAndEveryParentInItsTrace() {
    Map<Long, Long> traceOfSpan = new HashMap<>();
    Map<Long, Long> traceOfParent = new HashMap<>();
    for (int number = 0; number < 20; number++) {
      TraceScan.scan(
          spans.request(number, NOW),
          span -> {
            assertThat(traceOfSpan.put(span.spanId(), span.traceIdLow())).isNull();
            if (span.parentSpanId() != 0) {
              traceOfParent.put(span.parentSpanId(), span.traceIdLow());
            }
            assertThat(span.startNanos())
                .isLessThan(span.endNanos())
                .isGreaterThan(NOW - 1_000_000_000);
          });
    }

    traceOfParent.forEach(
        (parent, trace) -> {
          if (traceOfSpan.containsKey(parent)) {
            assertThat(traceOfSpan).containsEntry(parent, trace);
          }
        });
    assertThat(traceOfSpan).hasSize(20 * 512);
  }

  @Test
  void request_piecesOfOrders_shareTheirKeysAndNothingElse() {
    int whole = 20 - 2 * LAG + 1; // of the order before the first, half a piece comes late
    assertThat(tracesOfOrders(spans, 20))
        .allSatisfy(traces -> assertThat(traces).hasSizeBetween(1, 3))
        .filteredOn(traces -> traces.size() == 3)
        .hasSize(whole);
  }

  @Test
  void request_fewerOrdersThanRequests_wholeTracesOfOrdersInEveryFifth() {
    Batches few = Batches.ofSpans(Orders.ofShare(3.0 / 64 / 5, 5 * LAG), 7);

    assertThat(tracesOfOrders(few, 100))
        .hasSize(20 + 2 * LAG)
        .filteredOn(traces -> traces.size() == 3)
        .hasSize(20 - 2 * LAG);
    assertThat(keyedSpansOfTrace(few, 100))
        .isNotEmpty()
        .allSatisfy((trace, n) -> assertThat(n).isEqualTo(8));
  }

  @Test
  void ofShare_none_noRequestHasOrders() {
    assertThat(tracesOfOrders(Batches.ofSpans(Orders.ofShare(0, LAG), 7), 20)).isEmpty();
  }

  private static Collection<Set<Long>> tracesOfOrders(Batches batches, int requests) {
    Map<String, Set<Long>> tracesOfOrder = new HashMap<>();
    for (int number = 0; number < requests; number++) {
      TraceScan.scan(
          batches.request(number, NOW),
          span -> {
            String order = span.attribute("request_id");
            if (order != null) {
              tracesOfOrder
                  .computeIfAbsent(order, ignored -> new HashSet<>())
                  .add(span.traceIdLow());
            }
          });
    }
    return tracesOfOrder.values();
  }

  private static Map<Long, Integer> keyedSpansOfTrace(Batches batches, int requests) {
    Map<Long, Integer> spans = new HashMap<>();
    for (int number = 0; number < requests; number++) {
      TraceScan.scan(
          batches.request(number, NOW),
          span -> {
            if (span.attribute("request_id") != null) {
              spans.merge(span.traceIdLow(), 1, Integer::sum);
            }
          });
    }
    return spans;
  }

  @Test
  void request_logs_areValidAndBelongToTheSpans() throws MalformedOtlpException {
    byte[] request = Batches.ofLogs(new Orders(3, 1, LAG), 7).request(5, NOW);
    Set<String> spanTraces = new HashSet<>();
    TraceScan.scan(
        spans.request(5, NOW),
        span -> spanTraces.add("%016x%016x".formatted(span.traceIdHigh(), span.traceIdLow())));

    assertThat(OtlpSieve.logs(request, NOW).items()).isEqualTo(512);
    LogScan.scan(request, log -> assertThat(spanTraces).contains(log.traceId()));
  }
}
