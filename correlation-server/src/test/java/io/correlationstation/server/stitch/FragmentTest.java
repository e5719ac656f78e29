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
}
