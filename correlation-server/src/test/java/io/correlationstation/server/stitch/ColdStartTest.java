// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static io.correlationstation.server.stitch.Spans.feed;
import static io.correlationstation.server.stitch.Spans.nanos;
import static io.correlationstation.server.stitch.Spans.span;
import static io.correlationstation.server.stitch.Spans.spanId;
import static io.correlationstation.server.stitch.Spans.traceId;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.Spans.Latest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A handful of orders and nothing learnt: beorn creates a resource in an orchestrator, whose
 * collector asks arda, with no context anywhere and the orchestrator's spans polled seconds late.
 */
class ColdStartTest {

  private static final String CIRCUIT = "80.L1XX.000001..TEST";

  private final Latest told = new Latest();
  private final Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), told);

  @Test
  void oneOrder_isJoinedOverBothGaps() {
    play(List.of(new Order(1, 0, CIRCUIT, 2)));

    assertLinked(1, "create");
    assertLinked(1, "topology");
  }

  @Test
  void twoOrdersOnOneCircuit_areKeptApart() {
    play(List.of(new Order(1, 0, CIRCUIT, 2), new Order(2, 1.3, CIRCUIT, 8)));

    for (int order = 1; order <= 2; order++) {
      assertLinked(order, "create");
      assertLinked(order, "topology");
    }
  }

  @Test
  void fiveOrdersOnThreeCircuits_areJoinedEachByItself() {
    play(
        List.of(
            new Order(1, 0, CIRCUIT, 2),
            new Order(2, 1.1, CIRCUIT, 7),
            new Order(3, 2.2, "80.L1XX.000002..TEST", 2),
            new Order(4, 3.0, "80.L1XX.000003..TEST", 3),
            new Order(5, 4.0, "80.L1XX.000002..TEST", 6)));

    for (int order = 1; order <= 5; order++) {
      assertLinked(order, "create");
      assertLinked(order, "topology");
    }
  }

  @Test
  void ordersOwnRoots_andObservers_areLinkedToNobody() {
    play(List.of(new Order(1, 0, CIRCUIT, 2), new Order(2, 1.3, CIRCUIT, 8)));

    assertThat(told.of(101)).isNull();
    assertThat(told.of(201)).isNull();
    assertThat(told.byChild.values())
        .noneMatch(h -> h.child().service().equals("mdso-log-collector"))
        .noneMatch(h -> h.parent().service().equals("mdso-log-collector"));
    assertThat(stitcher.statistics().losses()).containsKey("observer");
  }

  @Test
  void beforeTheOrchestratorsSpansArrive_nothingIsAccepted() {
    List<Spans.Made> pushed = new ArrayList<>();
    new Order(1, 0, CIRCUIT, 2).pushed(pushed);
    pushed.forEach(made -> feed(stitcher, made));

    stitcher.advanceTo(nanos(60));

    assertThat(told.all).noneMatch(h -> h.state() == Handoff.State.LINKED);
  }

  private void play(List<Order> orders) {
    List<Spans.Made> pushed = new ArrayList<>();
    List<Spans.Made> polled = new ArrayList<>();
    orders.forEach(order -> order.pushed(pushed));
    orders.forEach(order -> order.polled(polled));
    pushed.sort((a, b) -> Long.compare(a.endNanos(), b.endNanos()));
    int next = 0;
    for (double now = 0; now < 60; now += 0.5) {
      while (next < pushed.size() && pushed.get(next).endNanos() <= nanos(now)) {
        feed(stitcher, pushed.get(next++));
      }
      for (Spans.Made made : polled) {
        double seen = (made.endNanos() - Spans.EPOCH_NANOS) * 1e-9 + 4;
        if (seen > now - 0.5 && seen <= now) {
          feed(stitcher, made);
        }
      }
      stitcher.advanceTo(nanos(now - 2));
    }
    stitcher.flush();
  }

  private void assertLinked(int order, String gap) {
    boolean create = gap.equals("create");
    Handoff handoff = told.of(100L * order + (create ? 21 : 31));
    assertThat(handoff).as("order %d: %s", order, gap).isNotNull();
    assertThat(handoff.state()).as("%s", handoff).isEqualTo(Handoff.State.LINKED);
    assertThat(handoff.parent().traceId()).isEqualTo(traceId(10L * order + (create ? 0 : 1)));
    assertThat(handoff.parent().spanId()).isEqualTo(spanId(100L * order + (create ? 8 : 22)));
  }

  /**
   * One order: beorn at {@code at}, the collector running {@code collects} seconds after it. Spans:
   * trace 10n beorn, 10n+1 orchestrator, 10n+2 arda; ids 100n+….
   */
  private record Order(int number, double at, String circuit, double collects) {

    void pushed(List<Spans.Made> spans) {
      long trace = 10L * number;
      long id = 100L * number;
      String resource = resource();
      String request = "req-" + number;
      spans.add(
          span(trace, id + 1, 0, "beorn", "POST /beorn/api/v1/service/create", 2, at, at + 0.9)
              .with("circuit_id", circuit)
              .with("request_id", request)
              .with("resource_id", resource));
      spans.add(
          span(trace, id + 2, id + 1, "beorn", "create_network_service", 1, at + 0.01, at + 0.88)
              .with("circuit_id", circuit)
              .with("resource_id", resource));
      spans.add(
          span(trace, id + 3, id + 2, "beorn", "GET", 3, at + 0.1, at + 0.3)
              .with("circuit_id", circuit));
      spans.add(
          span(trace, id + 4, id + 3, "palantir", "GET /inventory", 2, at + 0.12, at + 0.28)
              .with("circuit_id", circuit));
      spans.add(
          span(trace, id + 5, id + 4, "palantir", "GET", 3, at + 0.15, at + 0.25)
              .with("circuit_id", circuit));
      spans.add(
          span(trace, id + 6, id + 5, "arda", "GET /device", 2, at + 0.16, at + 0.24)
              .with("circuit_id", circuit));
      spans.add(
          span(trace, id + 7, id + 2, "beorn", "POST", 3, at + 0.4, at + 0.5)
              .with("circuit_id", circuit)
              .with("request_id", request));
      spans.add(
          span(trace, id + 8, id + 2, "beorn", "POST", 3, at + 0.55, at + 0.8)
              .with("circuit_id", circuit)
              .with("request_id", request));
      double call = at + collects + 1.2;
      spans.add(
          span(trace + 2, id + 31, 0, "arda", "GET /arda/api/v1/topology", 2, call, call + 0.2)
              .with("circuit_id", circuit));
      spans.add(
          span(trace + 2, id + 32, id + 31, "arda", "get_topology", 1, call + 0.01, call + 0.19));
      spans.add(span(trace + 2, id + 33, id + 32, "arda", "GET", 3, call + 0.05, call + 0.15));
      spans.add(
          span(trace + 2, id + 34, id + 33, "palantir", "GET /port", 2, call + 0.06, call + 0.14));
      spans.add(
          span(
                  trace + 3,
                  id + 41,
                  0,
                  "mdso-log-collector",
                  "mdso.scheduled_collection",
                  1,
                  call + 1,
                  call + 2)
              .with("circuit_id", circuit));
    }

    void polled(List<Spans.Made> spans) {
      long trace = 10L * number + 1;
      long id = 100L * number;
      String product = "mdso.product.";
      double begin = Math.floor(at + 0.8);
      double collect = Math.floor(at + collects);
      spans.add(mdso(trace, id + 21, 0, "mdso.workflow.NetworkService", begin, collect + 8));
      spans.add(mdso(trace, id + 20, id + 21, product + "NetworkService", begin, collect + 8));
      spans.add(
          mdso(trace, id + 22, id + 20, product + "CircuitDetailsCollector", collect, collect + 3)
              .with("resource_id", "22222222-0000-4000-8000-00000000000" + number));
      spans.add(
          mdso(trace, id + 23, id + 20, product + "PortActivation", collect + 4, collect + 7)
              .with("resource_id", "33333333-0000-4000-8000-00000000000" + number));
    }

    private Spans.Made mdso(long trace, long id, long parent, String name, double from, double to) {
      return span(trace, id, parent, "mdso-scriptplan", name, 1, from, to)
          .with("circuit_id", circuit)
          .with("resource_id", resource())
          .polledSource();
    }

    private String resource() {
      return "11111111-0000-4000-8000-00000000000" + number;
    }
  }
}
