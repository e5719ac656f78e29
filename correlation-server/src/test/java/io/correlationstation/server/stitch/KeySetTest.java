// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeySetTest {

  private final KeyValue resource = new KeyValue(1, "11111111-0000-4000-8000-000000000001");
  private final KeyValue circuit = new KeyValue(2, "80.L1XX.000001..TEST");
  private final KeyValue product = new KeyValue(3, "PRD-1");
  private final AliasEdge alias = new AliasEdge(resource, circuit, "order", 1);

  @Test
  void with_sameKeysInTheSameWay_isTheSameSet() {
    KeySet one = KeySet.EMPTY.with(resource, null).with(circuit, alias);

    assertThat(KeySet.EMPTY.with(resource, null).with(circuit, alias)).isSameAs(one);
    assertThat(one.values).containsExactly(resource, circuit);
    assertThat(one.via(0)).isNull();
    assertThat(one.via(1)).isSameAs(alias);
  }

  @Test
  void with_otherOriginOrOtherValue_isAnotherSet() {
    KeySet seen = KeySet.EMPTY.with(resource, null).with(circuit, null);

    assertThat(KeySet.EMPTY.with(resource, null).with(circuit, alias)).isNotSameAs(seen);
    assertThat(KeySet.EMPTY.with(resource, null).with(product, null).values)
        .containsExactly(resource, product);
    assertThat(seen.via(1)).isNull();
    assertThat(seen.values).containsExactly(resource, circuit);
  }

  @Test
  void with_byALink_isNotKeptByTheValue() {
    Child link = child();

    KeySet linked = KeySet.EMPTY.with(circuit, link);

    assertThat(linked.via(0)).isSameAs(link);
    assertThat(circuit.alone).isNull();
  }

  @Test
  void seen_derivedKey_losesItsOriginInThisSetOnly() {
    KeySet derived = KeySet.EMPTY.with(resource, null).with(circuit, alias);

    KeySet seen = derived.seen(1);

    assertThat(seen.via(1)).isNull();
    assertThat(seen.values).containsExactly(resource, circuit);
    assertThat(derived.via(1)).isSameAs(alias);
    assertThat(seen.seen(1)).isSameAs(seen);
  }

  @Test
  void without_putsTheLastInItsPlace_withItsOrigin() {
    Child link = child();
    KeySet all = KeySet.EMPTY.with(circuit, alias).with(product, null).with(resource, link);

    KeySet rest = all.without(all.derivedBy(alias));

    assertThat(rest.values).containsExactly(resource, product);
    assertThat(rest.via(0)).isSameAs(link);
    assertThat(rest.via(1)).isNull();
    assertThat(rest.hasKey(circuit.key)).isFalse();
    assertThat(rest.indexOf(resource)).isZero();
    assertThat(rest.derivedBy(alias)).isEqualTo(-1);
    assertThat(rest.without(1).without(0)).isSameAs(KeySet.EMPTY);
    assertThat(all.values).containsExactly(circuit, product, resource);
  }

  private static Child child() {
    ChildType type = new ChildType(0, new Service("billing"), "bill", 2, null, null);
    return new Child(new Fragment(1, 1), type, 1, 10, 20, (char) 0);
  }
}
