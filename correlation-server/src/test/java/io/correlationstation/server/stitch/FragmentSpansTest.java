// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FragmentSpansTest {

  private static final Service SERVICE = new Service("order");

  private final FragmentSpans spans = new FragmentSpans();

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 17, 1000})
  void indexOf_anySize_findsEverySpanAndNoOther(int count) {
    for (int i = 1; i <= count; i++) {
      spans.add(span(i * 7L, 0), null);
    }

    for (int i = 1; i <= count; i++) {
      assertThat(spans.indexOf(i * 7L)).isEqualTo(i - 1);
    }
    assertThat(spans.indexOf(3)).isNegative();
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 100})
  void children_anySize_areAllFound_whetherTheyCameBeforeOrAfterTheirParent(int count) {
    for (int i = 0; i < count; i++) {
      spans.add(span(100 + i, 42), null);
    }
    spans.add(span(42, 7), null);
    spans.add(span(43, 42), null);

    List<Long> found = new ArrayList<>();
    for (int i = spans.firstChild(42); i >= 0; i = spans.nextChild(i)) {
      found.add(spans.id(i));
    }

    assertThat(found).hasSize(count + 1).contains(100L, 100L + count - 1, 43L);
    assertThat(spans.firstChild(43)).isNegative();
  }

  private static PendingSpan span(long id, long parent) {
    SpanFacts facts = new SpanFacts(0).trace(1, 1).span(id, parent).named("order", "x", 1);
    return new PendingSpan(facts.times(10, 20), SERVICE, new KeyValue[0]);
  }
}
