// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FragmentTest {

  private static final Service SERVICE = new Service("order");

  private final Fragment fragment = new Fragment(1, 1);

  @Test
  void settle_smallTrace_keepsIdsOnly_andStillKnowsWhatComesAgain() {
    add(1);
    add(2);

    fragment.settle();
    fragment.addSettled(3);
    fragment.settle();

    assertThat(fragment.spans()).isNull();
    assertThat(fragment.spanCount()).isEqualTo(3);
    assertThat(fragment.hasSpan(1)).isTrue();
    assertThat(fragment.hasSpan(2)).isTrue();
    assertThat(fragment.hasSpan(3)).isTrue();
    assertThat(fragment.hasSpan(4)).isFalse();
  }

  @Test
  void settle_spansThatAreRootOrCall_areKnownByThese() {
    add(1);
    add(2);
    add(3);
    add(4);
    fragment.children = child(1);
    fragment.exits = exit(1);
    fragment.exits.next = exit(2);

    fragment.settle();
    fragment.addSettled(5);

    assertThat(fragment.spanCount()).isEqualTo(5);
    for (long id = 1; id <= 5; id++) {
      assertThat(fragment.hasSpan(id)).isTrue();
    }
    assertThat(fragment.hasSpan(6)).isFalse();
  }

  @Test
  void settle_rootThatComesLater_countsOnce() {
    fragment.settle();
    fragment.children = child(7);
    fragment.exits = exit(7);

    assertThat(fragment.spanCount()).isEqualTo(1);
    assertThat(fragment.hasSpan(7)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 1_767_600_000L, Integer.MAX_VALUE - 5L, (1L << 32) + 3})
  void touch_anySecond_isKnownFromOneNearIt(long second) {
    fragment.touch(second);

    assertThat(fragment.touched(second + 90)).isEqualTo(second);
    assertThat(fragment.touched(second - 90)).isEqualTo(second);
    assertThat(fragment.evicted()).isFalse();

    fragment.evict();

    assertThat(fragment.evicted()).isTrue();
  }

  @Test
  void spans_traceThatBeganWithItsRoot_holdNoneUntilTheyAreAskedFor_thenTheRoot() {
    assertThat(fragment.isEmpty()).isTrue();
    fragment.children = child(7);
    fragment.exits = exit(7);

    assertThat(fragment.isEmpty()).isFalse();
    assertThat(fragment.spanCount()).isEqualTo(1);
    assertThat(fragment.hasSpan(7)).isTrue();

    FragmentSpans spans = fragment.spans();

    assertThat(spans.count()).isEqualTo(1);
    assertThat(spans.indexOf(7)).isZero();
    assertThat(spans.parentId(0)).isZero();
    assertThat(spans.startNanos(0)).isEqualTo(10);
    assertThat(spans.durationNanos(0)).isEqualTo(10);
    assertThat(spans.entry(0)).isSameAs(fragment.children.type);
    assertThat(spans.exit(0)).isSameAs(fragment.exits);
    assertThat(fragment.spanCount()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 100})
  void settle_largeTrace_staysAsItIs(int count) {
    for (int i = 1; i <= count; i++) {
      add(i);
    }

    fragment.settle();

    assertThat(fragment.spans()).isNotNull();
    assertThat(fragment.spanCount()).isEqualTo(count);
    assertThat(fragment.hasSpan(count)).isTrue();
  }

  private void add(long id) {
    SpanFacts facts = new SpanFacts(0).trace(1, 1).span(id, 0).named("order", "x", 1);
    fragment.spans().add(new PendingSpan(facts.times(10, 20), SERVICE, new KeyValue[0]), null);
  }

  private Child child(long id) {
    ChildType type = new ChildType(0, SERVICE, "x", ExitType.SERVER, null, null);
    return new Child(fragment, type, id, 10, 20, (char) 0);
  }

  private Exit exit(long id) {
    ExitType type = new ExitType(0, SERVICE, "x", ExitType.CLIENT, null, null);
    return new Exit(fragment, type, id, 10, 20, (char) 0, 0, null);
  }
}
