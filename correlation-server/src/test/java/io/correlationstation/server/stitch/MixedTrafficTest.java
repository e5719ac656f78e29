// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static io.correlationstation.server.stitch.Spans.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.Spans.Latest;
import io.correlationstation.server.stitch.Spans.Made;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Orders beside work that concerns none: the same services, calls and operations, without keys and
 * without callees elsewhere.
 */
class MixedTrafficTest {

  private static final int ORDERS = 400;
  private static final int TRACES = 3;
  private static final double SECONDS_AN_ORDER = 0.1;

  private final Latest told = new Latest();
  private final Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), told);
  private final Random random = new Random(12);
  private final List<Made> spans = new ArrayList<>();

  @ParameterizedTest(name = "{0} traces without keys for each order")
  @ValueSource(ints = {0, 3, 10, 80})
  void lostCallsOfOrders_besideWorkWithoutKeys_areFoundAndNothingElseIs(int keyless) {
    for (int order = 1; order <= ORDERS; order++) {
      String resource = String.format("11111111-0000-4000-8000-%012d", order);
      double at = random.nextDouble() * ORDERS * SECONDS_AN_ORDER;
      for (int piece = 0; piece < TRACES; piece++) {
        trace(100L * order + piece, piece, at, resource);
        at += 1.5 + random.nextDouble();
      }
      for (int i = 0; i < keyless; i++) {
        double anyTime = random.nextDouble() * ORDERS * SECONDS_AN_ORDER;
        trace(100L * order + TRACES + i, random.nextInt(TRACES), anyTime, null);
      }
    }
    Spans.play(stitcher, spans);

    List<Handoff> linked =
        told.byChild.values().stream().filter(h -> h.state() == Handoff.State.LINKED).toList();
    assertThat(linked).hasSizeGreaterThan(ORDERS * (TRACES - 1) * 9 / 10);
    assertThat(linked.stream().filter(handoff -> !right(handoff)).count())
        .isLessThan(ORDERS * (TRACES - 1) / 100);
  }

  /** Two services each calling the next; the last call of the last is answered by nobody seen. */
  private void trace(long trace, int piece, double at, @Nullable String resource) {
    long id = trace * 10;
    String first = "s" + 2 * piece;
    String second = "s" + (2 * piece + 1);
    add(span(trace, id, 0, first, "POST /" + first, 2, at, at + 0.1), resource);
    add(span(trace, id + 1, id, first, "POST", 3, at + 0.01, at + 0.09), resource);
    add(span(trace, id + 2, id + 1, second, "POST /" + second, 2, at + 0.02, at + 0.08), resource);
    add(span(trace, id + 3, id + 2, second, "POST", 3, at + 0.03, at + 0.07), resource);
  }

  private void add(Made made, @Nullable String resource) {
    spans.add(resource == null ? made : made.with("resource_id", resource));
  }

  private static boolean right(Handoff handoff) {
    long child = Long.parseLong(handoff.child().traceId().substring(16), 16);
    long parent = Long.parseLong(handoff.parent().traceId().substring(16), 16);
    return child == parent + 1 && child % 100 < TRACES;
  }
}
