// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeakIdentityMapTest {

  private final WeakIdentityMap<String> map = new WeakIdentityMap<>();

  @Test
  void get_equalButAnotherObject_isNull() {
    List<String> one = new ArrayList<>();
    map.put(one, "one");

    assertThat(map.get(one)).isEqualTo("one");
    assertThat(map.get(new ArrayList<>())).isNull();
  }

  @Test
  void get_afterTheObjectChanged_isTheSame() {
    List<String> one = new ArrayList<>();
    map.put(one, "one");
    one.add("changes its hash code");

    assertThat(map.get(one)).isEqualTo("one");
  }

  @Test
  void put_again_replaces() {
    Object one = new Object();
    map.put(one, "one");
    map.put(one, "two");

    assertThat(map.get(one)).isEqualTo("two");
    assertThat(map.size()).isEqualTo(1);
  }

  @Test
  void put_afterObjectsWereCollected_forgetsThem() {
    Object kept = new Object();
    map.put(kept, "kept");
    long until = System.nanoTime() + 20_000_000_000L;
    while (map.size() < 200) {
      map.put(new Object(), "gone");
    }
    while (map.size() > 2 && System.nanoTime() < until) {
      System.gc();
      map.put(kept, "kept");
    }

    assertThat(map.size()).isLessThanOrEqualTo(2);
    assertThat(map.get(kept)).isEqualTo("kept");
  }
}
