// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.correlationstation.correlation.CorrelationKey;
import io.correlationstation.correlation.RecordedTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BoundedMetricsTest {

  @RegisterExtension final RecordedTelemetry telemetry = new RecordedTelemetry();

  @Test
  void counter_valueOutsideItsBound_isOtherAndCounted() {
    BoundedMetrics.Counter orders =
        BoundedMetrics.counter(
            "orders.placed", "{order}", Bound.oneOf("service_type", "FIA", "ELINE"));

    orders.add(1, "FIA");
    orders.add(2, "FIA");
    orders.add(1, "FTTH");
    orders.add(-1, "FIA");
    orders.add(1);

    assertThat(sums(telemetry.metric("orders.placed"), "service_type"))
        .isEqualTo(Map.of("FIA", 3L, "other", 2L));
    assertThat(sums(telemetry.metric("correlation.metric.values.other"), "attribute"))
        .isEqualTo(Map.of("service_type", 2L));
  }

  @Test
  void atMost_manyThreadsWithManyValues_keepsTheBound() throws InterruptedException {
    BoundedMetrics.UpDownCounter inUse =
        BoundedMetrics.upDownCounter("ports.in_use", "{port}", Bound.atMost("device", 10));
    CountDownLatch go = new CountDownLatch(1);
    Thread[] threads = new Thread[4];
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          new Thread(
              () -> {
                await(go);
                IntStream.range(0, 200).forEach(i -> inUse.add(1, "device-" + i));
              });
      threads[t].start();
    }
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    Map<String, Long> series = sums(telemetry.metric("ports.in_use"), "device");
    assertThat(series).hasSize(11).containsKey("other");
    assertThat(series.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(800);
  }

  @Test
  void histogramAndGauge_severalAttributes_areOfTheirBounds() {
    BoundedMetrics.histogram(
            "activation.duration", "s", Bound.oneOf("outcome", "ok"), Bound.atMost("region", 2))
        .record(1.5, "ok", "west");
    BoundedMetrics.gauge("queue.length", "{order}").set(7);

    assertThat(telemetry.metric("activation.duration").getHistogramData().getPoints())
        .singleElement()
        .satisfies(point -> assertThat(point.getAttributes().size()).isEqualTo(2));
    assertThat(telemetry.metric("queue.length").getDoubleGaugeData().getPoints())
        .singleElement()
        .satisfies(point -> assertThat(point.getValue()).isEqualTo(7));
  }

  @Test
  void correlationKey_asAttribute_isRefusedUnlessBoundedOnPurpose() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Bound.oneOf("circuit_id", "C-1"))
        .withMessageContaining("correlation key");
    assertThatIllegalArgumentException().isThrownBy(() -> Bound.atMost("product_id", 10));
    assertThat(Bound.ofKey(CorrelationKey.PRODUCT_ID, 10).key().getKey()).isEqualTo("product_id");
  }

  @Test
  void atMost_countOutOfRange_throws() {
    assertThatIllegalArgumentException().isThrownBy(() -> Bound.atMost("region", 0));
    assertThatIllegalArgumentException().isThrownBy(() -> Bound.atMost("region", 1001));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Map<String, Long> sums(MetricData metric, String attribute) {
    Map<String, Long> sums = new TreeMap<>();
    for (LongPointData point : metric.getLongSumData().getPoints()) {
      sums.put(point.getAttributes().get(AttributeKey.stringKey(attribute)), point.getValue());
    }
    return sums;
  }
}
