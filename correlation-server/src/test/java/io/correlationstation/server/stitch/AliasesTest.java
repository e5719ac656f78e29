// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static io.correlationstation.server.stitch.Spans.feed;
import static io.correlationstation.server.stitch.Spans.nanos;
import static io.correlationstation.server.stitch.Spans.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.Spans.Latest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is learnt of values that belong together, and for how long it is kept. */
class AliasesTest {

  private static final String CIRCUIT = "80.L1XX.000001..TEST";
  private static final double HOUR = 3_600;

  private final Latest told = new Latest();
  private final Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), told);

  @Test
  void pairNotSeenForADay_isForgotten_oneSeenAgainIsKept() {
    see("often", 0);
    see("once", 1);
    for (int hour = 1; hour <= 30; hour++) {
      see("often", hour * HOUR);
    }
    stitcher.advanceTo(nanos(31 * HOUR));

    assertThat(stitcher.aliases("resource_id", "often")).hasSize(1);
    assertThat(stitcher.aliases("resource_id", "once")).isEmpty();
    assertThat(stitcher.statistics().losses()).containsEntry("evicted_alias_age", 1L);
  }

  @Test
  void recordOfTheFarFuture_makesNobodyForget() {
    see("r-1", 0);
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 1));
    stitcher.advanceTo(nanos(5));

    sight(Map.of("resource_id", "r-2", "circuit_id", CIRCUIT), 1e8);
    feed(
        stitcher,
        span(2, 21, 0, "a", "call", 3, 1e8, 1e8 + 1)
            .with("circuit_id", CIRCUIT)
            .with("resource_id", "r-3"));
    stitcher.advanceTo(nanos(20));

    for (String resource : List.of("r-1", "r-2", "r-3")) {
      assertThat(stitcher.aliases("resource_id", resource)).hasSize(1);
    }
    stitcher.advanceTo(nanos(26 * HOUR));
    see("r-4", 26 * HOUR);
    stitcher.advanceTo(nanos(26 * HOUR + 5));
    assertThat(stitcher.aliases("circuit_id", CIRCUIT)).hasSize(1);
  }

  @Test
  void circuitWithManyOrders_newestAreLearnt_oldestMakeRoom() {
    for (int order = 0; order < 200; order++) {
      see("order-" + order, order);
    }
    stitcher.advanceTo(nanos(210));

    assertThat(stitcher.aliases("resource_id", "order-199")).hasSize(1);
    assertThat(stitcher.aliases("resource_id", "order-0")).isEmpty();
    assertThat(stitcher.aliases("circuit_id", CIRCUIT)).hasSize(64);
    assertThat(stitcher.statistics().losses()).containsEntry("evicted_alias_of_value", 136L);
  }

  @Test
  void resourceOfManyCircuits_standsForNone() {
    for (int i = 0; i < 10; i++) {
      sight(Map.of("resource_id", "r-1", "circuit_id", "80.L1XX.00000" + i + "..TEST"), i * 0.01);
    }
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 1, 2).with("resource_id", "r-1"));
    feed(stitcher, span(2, 21, 0, "b", "call", 2, 1.1, 1.9).with("circuit_id", CIRCUIT));
    stitcher.flush();

    assertThat(told.all).isEmpty();
  }

  @Test
  void recordsOfOneMoment_inAnyOrder_teachTheSame() {
    Stitcher other = Stitcher.create(StitchConfig.defaults(), told);
    List<Map<String, String>> records =
        List.of(
            Map.of("resource_id", "r-1", "circuit_id", "80.L1XX.000001..TEST"),
            Map.of("resource_id", "r-1", "circuit_id", "80.L1XX.000002..TEST"));

    for (int i = 0; i < 2; i++) {
      stitcher.sight(sighting(records.get(i), 1));
      other.sight(sighting(records.get(1 - i), 1));
    }
    stitcher.flush();
    other.flush();

    assertThat(stitcher.aliases("resource_id", "r-1"))
        .hasSize(2)
        .isEqualTo(other.aliases("resource_id", "r-1"));
  }

  @Test
  void recordWithoutTime_teachesNothing_holdsNothing_andIsCounted() {
    stitcher.sight(
        new KeySighting(0, 0, 0, Map.of("resource_id", "r-1", "circuit_id", CIRCUIT), "log:x"));

    assertThat(stitcher.statistics().keyValues()).containsEntry("resource_id", 0);
    assertThat(stitcher.statistics().losses()).containsEntry("zero_time", 1L);
  }

  private void see(String resource, double at) {
    sight(Map.of("resource_id", resource, "circuit_id", CIRCUIT), at);
    stitcher.advanceTo(nanos(at));
  }

  private void sight(Map<String, String> keys, double at) {
    stitcher.sight(sighting(keys, at));
  }

  private static KeySighting sighting(Map<String, String> keys, double at) {
    return new KeySighting(0, 0, nanos(at), keys, "log:x");
  }
}
