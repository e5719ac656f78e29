// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.Spans.Latest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadAheadTest {

  /** More than are taken to fit into a cache. */
  private static final int MANY = 20_000;

  private final ExitType order =
      new ExitType(0, new Service("order"), "POST", ExitType.CLIENT, null, null);
  private final ChildType billing =
      new ChildType(0, new Service("billing"), "bill", ExitType.SERVER, null, null);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31, 32, 33, 100})
  void to_anyNumber_givesAllInOrder(int count) {
    TraceTable traces = new TraceTable();
    List<Fragment> held = new ArrayList<>();
    List<Child> roots = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      Fragment fragment = traces.findOrAdd(9, i);
      if (i < count) {
        held.add(fragment);
        roots.add(root(fragment, i % 3));
      }
    }
    ReadAhead ahead = new ReadAhead(traces);

    assertThat(ahead.toSearch(roots)).isNotSameAs(roots).containsExactlyElementsOf(roots);
    assertThat(ahead.toSend(roots)).containsExactlyElementsOf(roots);
    assertThat(ahead.toDecide(roots)).containsExactlyElementsOf(roots);
    assertThat(ahead.toForget(held)).containsExactlyElementsOf(held);
  }

  @Test
  void toSend_fewTracesHeld_isTheListItself() {
    List<Child> roots = List.of(root(new Fragment(9, 1), 1));

    assertThat(new ReadAhead(new TraceTable()).toSend(roots)).isSameAs(roots);
  }

  @Test
  void manyTraces_eachIsJoinedToItsOwn_whetherOrNotTheyAreHeldTogether() {
    assertThat(joined(2)).isEqualTo(joined(0.005)).hasSize(MANY / 2);
  }

  /** The roots that were linked to the call made with them, of orders so many seconds apart. */
  private static List<Long> joined(double secondsApart) {
    Latest latest = new Latest();
    Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), latest);
    for (long i = 1; i <= MANY / 2; i++) {
      String circuit = "80.L1XX.%06d..TEST".formatted(i);
      double at = i * secondsApart;
      Spans.feed(
          stitcher,
          Spans.span(2 * i, 2 * i, 0, "order", "POST", 3, at, at + 0.1)
              .with("circuit_id", circuit));
      Spans.feed(
          stitcher,
          Spans.span(2 * i + 1, 2 * i + 1, 0, "billing", "bill", 2, at + 0.02, at + 0.08)
              .with("circuit_id", circuit));
    }
    stitcher.flush();
    return latest.byChild.values().stream()
        .filter(handoff -> handoff.state() == Handoff.State.LINKED)
        .filter(handoff -> span(handoff.child()) == span(handoff.parent()) + 1)
        .map(handoff -> span(handoff.child()))
        .sorted()
        .toList();
  }

  private static long span(SpanRef reference) {
    return Long.parseUnsignedLong(reference.spanId(), 16);
  }

  private Child root(Fragment fragment, int candidates) {
    Child child = new Child(fragment, billing, 1, 1_000, 2_000, (char) 0);
    fragment.children = child;
    KeyValue key = new KeyValue(0, "80.L1XX.000001..TEST");
    key.children.add(child);
    fragment.addKey(key, null);
    Candidates found = new Candidates(1);
    for (int i = 0; i < candidates; i++) {
      Exit exit = new Exit(new Fragment(8, i), order, 2, 0, 3_000, (char) 0, 0, null);
      exit.favourite = i == 0 ? child : null;
      key.exits.add(exit);
      found.add(child, exit, new EdgeModel(order, billing), 0);
      child.decision = new Child.Decision(exit, 0.9);
    }
    child.searched(Candidates.NONE.with(found, billing), 0);
    return child;
  }
}
