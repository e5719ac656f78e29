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

/** Two explanations that are about equally good, or one that only keys or clocks make look good. */
class RivalsTest {

  private static final int ORDERS = 600;

  private final Latest told = new Latest();

  /**
   * a calls b at once, b queues work for c; nobody shows calls, and b carries the key in two orders
   * of three, so that a explains more of c. When c starts tells nothing of which of the two it was.
   */
  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void callersSideBySide_oneCarriesFewerKeys_theOtherIsNotBelieved(long seed) {
    play(sideBySide(seed));

    long wrong = 0;
    for (int i = 1; i <= ORDERS; i++) {
      wrong += linked(i, 30, 10) ? 1 : 0;
    }
    assertThat(wrong).isLessThan(ORDERS / 20);
  }

  private static List<Made> sideBySide(long seed) {
    List<Made> spans = new ArrayList<>();
    Random random = new Random(seed);
    for (int i = 1; i <= ORDERS; i++) {
      long id = 100L * i;
      double at = i * 0.5 + random.nextDouble() * 0.2;
      double called = at + 0.001 + 0.001 * random.nextDouble();
      double taken = called + 0.02 + 0.5 * random.nextDouble();
      String resource = "11111111-0000-4000-8000-" + String.format("%012d", i);
      Made middle = span(id + 2, id + 20, 0, "b", "take", 2, called, called + 0.02);
      spans.add(
          span(id + 1, id + 10, 0, "a", "start", 2, at, called + 0.03)
              .with("resource_id", resource));
      spans.add(random.nextInt(3) > 0 ? middle.with("resource_id", resource) : middle);
      spans.add(
          span(id + 3, id + 30, 0, "c", "work", 5, taken, taken + 0.05)
              .with("resource_id", resource));
    }
    return spans;
  }

  /**
   * a calls b and waits, b calls c and waits; b's clock is a quarter of a second behind, so that it
   * seems to start before a. That a came from b must not be said.
   */
  @ParameterizedTest
  @ValueSource(longs = {31, 32, 33})
  void calleesClockBehind_entryIsNotItsCallee(long seed) {
    List<Made> spans = new ArrayList<>();
    Random random = new Random(seed);
    for (int i = 1; i <= ORDERS; i++) {
      long id = 100L * i;
      double at = i * 0.5 + random.nextDouble() * 0.2;
      double inB = at + 0.02 + 0.02 * random.nextDouble();
      double inC = inB + 0.01 + 0.01 * random.nextDouble();
      double end = inC + 0.02 + 0.02 * random.nextDouble();
      String resource = "11111111-0000-4000-8000-" + String.format("%012d", i);
      double behind = 0.25;
      spans.add(
          span(id + 1, id + 10, 0, "a", "start", 2, at, end + 0.03).with("resource_id", resource));
      spans.add(
          span(id + 1, id + 11, id + 10, "a", "call", 3, inB - 0.002, end + 0.012)
              .with("resource_id", resource));
      spans.add(
          span(id + 2, id + 20, 0, "b", "take", 2, inB - behind, end + 0.01 - behind)
              .with("resource_id", resource));
      spans.add(
          span(id + 2, id + 21, id + 20, "b", "call", 3, inC - 0.002 - behind, end + 0.002 - behind)
              .with("resource_id", resource));
      spans.add(span(id + 3, id + 30, 0, "c", "work", 2, inC, end).with("resource_id", resource));
    }
    play(spans);

    assertThat(told.byChild.values())
        .filteredOn(handoff -> handoff.child().service().equals("a"))
        .filteredOn(handoff -> handoff.state() == Handoff.State.LINKED)
        .isEmpty();
  }

  /** What is said with less confidence than the matching has says so in its evidence. */
  @Test
  void heldToACandidate_evidenceSaysSoAndAddsUp() {
    play(sideBySide(21));

    assertThat(told.byChild.values())
        .filteredOn(handoff -> handoff.state() == Handoff.State.CANDIDATE)
        .filteredOn(handoff -> handoff.evidence().stream().anyMatch(e -> e.kind().equals("doubt")))
        .isNotEmpty()
        .allSatisfy(
            handoff ->
                assertThat(handoff.recomputed()).isCloseTo(handoff.confidence(), within(1e-9)));
  }

  private boolean linked(int order, int child, int parent) {
    Handoff handoff = told.of(100L * order + child);
    return handoff != null
        && handoff.state() == Handoff.State.LINKED
        && handoff.parent().spanId().equals(Spans.spanId(100L * order + parent));
  }

  private void play(List<Made> spans) {
    Spans.play(Stitcher.create(StitchConfig.defaults(), told), spans);
  }
}
