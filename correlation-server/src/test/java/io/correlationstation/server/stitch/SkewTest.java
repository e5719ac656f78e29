// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static io.correlationstation.server.stitch.Spans.span;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.correlationstation.server.stitch.Spans.Latest;
import io.correlationstation.server.stitch.Spans.Made;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services whose clocks are off and between which no context ever survives. */
class SkewTest {

  private static final int ORDERS = 400;

  private final Latest told = new Latest();
  private final Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), told);
  private final Random random = new Random(5);
  private final List<Made> spans = new ArrayList<>();

  /** Two orders at a time on each circuit: by the circuit alone nobody could tell them apart. */
  @ParameterizedTest(name = "{0} s")
  @ValueSource(doubles = {-1.2, -0.6, -0.08, 0.08, 0.6, 2.5})
  void calleesClockOff_everyCallLost_callsAreFoundAndTheClockIsKnown(double skew) {
    for (int order = 1; order <= ORDERS; order++) {
      double at = order * 0.4 + 0.2 * random.nextDouble();
      String circuit = String.format("80.L1XX.%06d..TEST", order / 2);
      double length = 0.02 + 0.2 * random.nextDouble();
      call(100L * order, circuit, at, length);
      double start = at + 0.002 + skew;
      spans.add(
          span(100L * order + 50, 100L * order + 51, 0, "b", "work", 2, start, start + length)
              .with("circuit_id", circuit));
    }
    play();

    long right = told.byChild.values().stream().filter(SkewTest::right).count();
    assertThat(right).isGreaterThan(ORDERS * 9 / 10);
    assertThat((clock("b") - clock("a")) * 1e-9)
        .isCloseTo(skew, within(0.005 + Math.abs(skew) * 0.05));
  }

  /** Work that is taken up at any time says nothing of the clocks. */
  @Test
  void workTakenUpLater_tellsNoClock() {
    for (int order = 1; order <= ORDERS; order++) {
      double at = order * 0.4;
      String circuit = String.format("80.L1XX.%06d..TEST", order);
      call(100L * order, circuit, at, 0.1);
      double start = at + 0.2 + 2 * random.nextDouble();
      spans.add(
          span(100L * order + 50, 100L * order + 51, 0, "b", "work", 2, start, start + 0.05)
              .with("circuit_id", circuit));
    }
    play();

    assertThat(told.byChild).hasSizeGreaterThan(ORDERS * 9 / 10);
    assertThat(stitcher.statistics().skewNanos()).isEmpty();
  }

  private void call(long trace, String circuit, double at, double length) {
    spans.add(
        span(trace, trace + 1, 0, "a", "order", 2, at - 0.01, at + length + 0.02)
            .with("circuit_id", circuit));
    spans.add(
        span(trace, trace + 2, trace + 1, "a", "POST", 3, at, at + length + 0.004)
            .with("circuit_id", circuit));
  }

  private void play() {
    Spans.play(stitcher, spans);
  }

  private long clock(String service) {
    return stitcher.statistics().skewNanos().get(service);
  }

  private static boolean right(Handoff handoff) {
    return handoff.state() == Handoff.State.LINKED
        && Long.parseLong(handoff.child().traceId().substring(16), 16)
            == Long.parseLong(handoff.parent().traceId().substring(16), 16) + 50;
  }
}
