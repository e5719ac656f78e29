// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.journey.JourneyDiff.Difference;
import io.correlationstation.server.journey.JourneyDiff.Kind;
import io.correlationstation.server.journey.JourneyDiff.Run;
import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

final class JourneyDiffTest {

  private static final int OK = 0;
  private static final int ERROR = 2;

  private final Run good =
      new Run("good", List.of(span("order", 0, 100, OK), span("collect", 100, 200, OK)));

  @Test
  void between_nothingToCompareWith_hasNoDifferences() {
    JourneyDiff diff = JourneyDiff.between(good, List.of());

    assertThat(diff.baseline()).isEmpty();
    assertThat(diff.differences()).isEmpty();
  }

  @Test
  void between_sameSteps_hasNoDifferences() {
    JourneyDiff diff = JourneyDiff.between(new Run("mine", good.spans()), List.of(good));

    assertThat(diff.baseline()).containsExactly("good");
    assertThat(diff.differences()).isEmpty();
  }

  @Test
  void between_stepFailsHereOnly_isFailed() {
    Run mine =
        new Run("mine", List.of(span("order", 0, 100, OK), span("collect", 100, 200, ERROR)));

    assertThat(JourneyDiff.between(mine, List.of(good)).differences())
        .extracting(Difference::kind, Difference::name, Difference::spanId)
        .containsExactly(tuple(Kind.FAILED, "collect", "span-collect"));
  }

  @Test
  void between_stepFailsInGoodOnesToo_isNoDifference() {
    Run tolerant =
        new Run("good", List.of(span("order", 0, 100, OK), span("collect", 100, 200, ERROR)));

    assertThat(
            JourneyDiff.between(new Run("mine", tolerant.spans()), List.of(tolerant)).differences())
        .isEmpty();
  }

  @Test
  void between_stepThatMostHave_isMissingWhereItWasExpected() {
    Run mine = new Run("mine", List.of(span("order", 0, 100, OK)));
    Run without = new Run("without", mine.spans());

    List<Difference> differences =
        JourneyDiff.between(mine, List.of(good, good, without)).differences();

    assertThat(differences).hasSize(1);
    assertThat(differences.get(0).kind()).isEqualTo(Kind.MISSING);
    assertThat(differences.get(0).offsetNanos()).isEqualTo(100_000_000);
    assertThat(differences.get(0).expectedNanos()).isEqualTo(100_000_000);
    assertThat(JourneyDiff.between(mine, List.of(good, without)).differences()).isEmpty();
  }

  @Test
  void between_stepThatNoneHas_isExtra() {
    Run mine =
        new Run(
            "mine",
            List.of(
                span("order", 0, 100, OK),
                span("collect", 100, 200, OK),
                span("retry", 300, 310, OK)));

    assertThat(JourneyDiff.between(mine, List.of(good)).differences())
        .extracting(Difference::kind, Difference::name)
        .containsExactly(tuple(Kind.EXTRA, "retry"));
  }

  @Test
  void between_stepTwiceAsLong_isSlowerOnlyBeyondTheMinimum() {
    Run slow = new Run("slow", List.of(span("order", 0, 100, OK), span("collect", 100, 401, OK)));
    Run quick = new Run("quick", List.of(span("order", 0, 10, OK), span("collect", 10, 20, OK)));
    Run lessQuick = new Run("mine", List.of(span("order", 0, 30, OK), span("collect", 30, 60, OK)));

    assertThat(JourneyDiff.between(slow, List.of(good)).differences())
        .extracting(Difference::kind, Difference::name)
        .containsExactly(tuple(Kind.SLOWER, "collect"));
    assertThat(JourneyDiff.between(lessQuick, List.of(quick)).differences()).isEmpty();
  }

  private static Tuple tuple(Object... values) {
    return org.assertj.core.api.Assertions.tuple(values);
  }

  private static TraceDetail.Span span(String name, long startMillis, long endMillis, int status) {
    return new TraceDetail.Span(
        Telemetry.trace(1),
        "span-" + name,
        null,
        name,
        1,
        "beorn",
        Telemetry.at(startMillis),
        Telemetry.at(endMillis),
        status,
        "",
        Map.of(),
        List.of(),
        List.of(),
        false);
  }
}
