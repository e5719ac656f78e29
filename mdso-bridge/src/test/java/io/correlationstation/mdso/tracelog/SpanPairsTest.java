// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.mdso.Fixtures;
import io.correlationstation.mdso.tracelog.SpanPairs.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpanPairsTest {

  private static final String[] STATES = {"STARTED", "COMPLETED", "FAILED"};

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void of_anyEntries_nestsAsTheDefinitionSays(long seed) {
    Random random = new Random(seed);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      String resource = "r-" + random.nextInt(8);
      String state = STATES[random.nextInt(3)];
      steps.add(
          new Step(
              TraceEntry.parse(Fixtures.entry("PortActivation", resource, state, "", i)),
              i,
              false,
              0));
    }

    List<Pair> pairs = SpanPairs.of(steps);

    assertThat(pairs).isNotEmpty();
    for (Pair pair : pairs) {
      assertThat(pair.parent).isSameAs(innermostAround(pair, pairs));
    }
  }

  /** The definition, spelled out: the latest opening of all closed pairs around this one. */
  private static Pair innermostAround(Pair pair, List<Pair> pairs) {
    int last = pair.isIncomplete() ? pair.open : pair.close;
    Pair innermost = null;
    for (Pair each : pairs) {
      boolean closed = each.close > each.open;
      if (closed && each.open < pair.open && each.close > last) {
        innermost = innermost == null || each.open > innermost.open ? each : innermost;
      }
    }
    return innermost;
  }
}
