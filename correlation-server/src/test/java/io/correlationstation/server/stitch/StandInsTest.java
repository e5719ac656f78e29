// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static io.correlationstation.server.stitch.Spans.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.Spans.Latest;
import io.correlationstation.server.stitch.Spans.Made;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of a root's family where the trace of its caller never arrived. */
class StandInsTest {

  private static final int ORDERS = 800;

  private final Latest told = new Latest();

  /** a calls b, b calls c, nobody shows calls; one trace of b in eight never arrives. */
  @ParameterizedTest
  @ValueSource(longs = {41, 42, 43})
  void silentChain_middleMissing_endIsNotGivenToTheCallersCaller(long seed) {
    List<Made> spans = new ArrayList<>();
    Random random = new Random(seed);
    for (int i = 1; i <= ORDERS; i++) {
      Order order = new Order(i, random);
      order.add(spans, 1, 10, "a", "start", 2, 0, 0.4);
      if (!order.isMissing) {
        order.add(spans, 2, 20, "b", "take", 2, order.first, 0.35);
      }
      order.add(spans, 3, 30, "c", "work", 2, order.second, 0.3);
    }
    play(StitchConfig.defaults(), spans);

    assertThat(given(30, 20)).isGreaterThan(ORDERS * 8 / 10);
    assertThat(given(30, 10)).isLessThan(ORDERS / 50);
  }

  /** a asks b, which asks c, and c reports to b in a new trace; that of b and c may be missing. */
  @ParameterizedTest
  @ValueSource(longs = {41, 42, 43})
  void whoReportsMissing_bothDirectionsListed_reportIsNotGivenToTheFirstCall(long seed) {
    List<Made> spans = new ArrayList<>();
    Random random = new Random(seed);
    for (int i = 1; i <= ORDERS; i++) {
      Order order = new Order(i, random);
      double asked = 0.2 * Math.exp(0.5 * random.nextGaussian());
      double done = asked + 0.1 + 0.2 * Math.exp(0.5 * random.nextGaussian());
      order.add(spans, 1, 10, "a", "start", 2, 0, 0.05);
      order.under(10).add(spans, 1, 11, "a", "ask b", 4, 0.01, 0.011);
      if (!order.isMissing) {
        order.under(0).add(spans, 2, 20, "b", "take", 5, asked, asked + 0.09);
        order.under(20).add(spans, 2, 21, "b", "ask c", 3, asked + 0.01, asked + 0.08);
        order.under(21).add(spans, 2, 22, "c", "work", 2, asked + 0.012, asked + 0.078);
        order.under(22).add(spans, 2, 23, "c", "report", 4, asked + 0.07, asked + 0.071);
      }
      order.under(0).add(spans, 3, 30, "b", "done", 5, done, done + 0.01);
    }
    List<ServiceEdge> listed =
        List.of(new ServiceEdge("a", "b"), new ServiceEdge("b", "c"), new ServiceEdge("c", "b"));
    play(StitchConfig.builder().topology(listed).build(), spans);

    assertThat(given(20, 11)).isGreaterThan(ORDERS * 8 / 10);
    assertThat(given(30, 23)).isGreaterThan(ORDERS * 8 / 10);
    assertThat(given(30, 11)).isLessThan(ORDERS / 40);
  }

  /** Nobody shows calls; in nine orders of ten a calls b and b calls c, else a calls c at once. */
  @ParameterizedTest
  @ValueSource(longs = {41, 42, 43})
  void callerThatSometimesCallsDirectly_atAnotherDelay_isBelieved(long seed) {
    List<Made> spans = new ArrayList<>();
    Random random = new Random(seed);
    int direct = 0;
    for (int i = 1; i <= ORDERS; i++) {
      Order order = new Order(i, random);
      double called = order.isMissing ? 0.004 + 0.002 * random.nextDouble() : order.second;
      direct += order.isMissing ? 1 : 0;
      order.add(spans, 1, 10, "a", "start", 2, 0, 0.4);
      if (!order.isMissing) {
        order.add(spans, 2, 20, "b", "take", 2, order.first, 0.35);
      }
      order.add(spans, 3, 30, "c", "work", 2, called, 0.3);
    }
    play(StitchConfig.defaults(), spans);

    assertThat(given(30, 20)).isGreaterThan(ORDERS * 8 / 10);
    assertThat(given(30, 10)).isGreaterThan(direct * 8L / 10);
  }

  /** Either of two spans of one trace calls c, the inner one where there is one: one caller. */
  @Test
  void twoSpansOfOneTrace_oneIsNotTheOthersStandIn() {
    List<Made> spans = new ArrayList<>();
    Random random = new Random(46);
    for (int i = 1; i <= ORDERS; i++) {
      Order order = new Order(i, random);
      order.add(spans, 1, 10, "a", "start", 2, 0, 0.4);
      if (!order.isMissing) {
        order.under(10).add(spans, 1, 11, "a", "validate", 1, order.first, 0.3);
      }
      order.under(0).add(spans, 3, 30, "c", "work", 2, order.second, 0.2);
    }
    play(StitchConfig.defaults(), spans);

    assertThat(given(30, 10) + given(30, 11)).isGreaterThan(ORDERS * 95 / 100);
  }

  /** Both call c in each order: each has its root there whether the other has one or not. */
  @Test
  void twoCallersOfTheSame_inTheSameOrders_bothAreBelieved() {
    List<Made> spans = new ArrayList<>();
    Random random = new Random(44);
    for (int i = 1; i <= ORDERS; i++) {
      Order order = new Order(i, random);
      order.add(spans, 1, 10, "a", "start", 2, 0, 0.4);
      order.under(10).add(spans, 1, 11, "a", "call c", 3, order.first, order.first + 0.03);
      order.under(0).add(spans, 2, 20, "b", "start", 2, 0.2, 0.5);
      order.under(20).add(spans, 2, 21, "b", "call c", 3, 0.2 + order.first, 0.23 + order.first);
      order.under(0).add(spans, 3, 30, "c", "work", 2, order.first + 0.002, order.first + 0.025);
      order.add(spans, 4, 40, "c", "work", 2, order.first + 0.202, order.first + 0.225);
    }
    play(StitchConfig.defaults(), spans);

    assertThat(given(30, 11)).isGreaterThan(ORDERS * 9 / 10);
    assertThat(given(40, 21)).isGreaterThan(ORDERS * 9 / 10);
  }

  /**
   * What was given up comes back: as in the silent chain, and later there is no b any more and a
   * calls c. It takes hours until what b did is forgotten.
   */
  @Test
  void standIn_whenWhomItStandsInForIsNoMore_isBelieved() {
    List<Made> spans = new ArrayList<>();
    Random random = new Random(45);
    int orders = 4 * ORDERS;
    for (int i = 1; i <= orders; i++) {
      Order order = new Order(i, random);
      boolean later = i > ORDERS;
      order.at = later ? order.at + 4.5 * (i - ORDERS) : order.at;
      double called = later ? order.first : order.second;
      order.add(spans, 1, 10, "a", "start", 2, 0, 0.4);
      if (!order.isMissing && !later) {
        order.add(spans, 2, 20, "b", "take", 2, order.first, 0.35);
      }
      order.add(spans, 3, 30, "c", "work", 2, called, 0.3);
    }
    play(StitchConfig.defaults(), spans);

    assertThat(given(30, 20)).isGreaterThan(ORDERS * 8 / 10);
    assertThat(given(30, 10)).isLessThan(ORDERS / 100);
    assertThat(given(30, 10, orders - 200, orders)).isGreaterThan(190);
  }

  /** One order: when it was, what it carries, and whether a trace of it never arrives. */
  private static final class Order {
    private final long id;
    private double at;
    private final String resource;
    private final boolean isMissing;
    private final double first;
    private final double second;
    private long parent;

    Order(int number, Random random) {
      id = 100L * number;
      at = number * 0.5 + random.nextDouble() * 0.2;
      resource = "11111111-0000-4000-8000-" + String.format("%012d", number);
      isMissing = random.nextInt(8) == 0;
      first = 0.012 + 0.08 * random.nextDouble();
      second = first + 0.05 + 0.005 * random.nextDouble();
    }

    /** What is added next lies under this span; 0 for none. */
    Order under(long span) {
      parent = span == 0 ? 0 : id + span;
      return this;
    }

    void add(
        List<Made> spans,
        long trace,
        long span,
        String service,
        String name,
        int kind,
        double from,
        double to) {
      spans.add(
          span(id + trace, id + span, parent, service, name, kind, at + from, at + to)
              .with("resource_id", resource));
    }
  }

  private long given(int child, int parent) {
    return given(child, parent, 1, ORDERS);
  }

  /** How many orders' child was given to that parent, with whatever confidence. */
  private long given(int child, int parent, int from, int to) {
    long count = 0;
    for (int i = from; i <= to; i++) {
      Handoff handoff = told.of(100L * i + child);
      String wanted = Spans.spanId(100L * i + parent);
      count += handoff != null && handoff.parent().spanId().equals(wanted) ? 1 : 0;
    }
    return count;
  }

  private void play(StitchConfig config, List<Made> spans) {
    Spans.play(Stitcher.create(config, told), spans);
  }
}
