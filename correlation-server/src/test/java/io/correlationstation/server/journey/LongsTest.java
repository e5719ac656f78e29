// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class LongsTest {

  private final Longs longs = new Longs();

  @Test
  void insert_anyOrder_isASortedSet() {
    Random random = new Random(7);
    TreeSet<Long> model = new TreeSet<>();
    for (int i = 0; i < 2_000; i++) {
      long number = random.nextInt(500) - 250;

      assertThat(longs.insert(number)).isEqualTo(model.add(number));
    }

    assertThat(all(longs)).containsExactlyElementsOf(model);
    assertThat(longs.contains(model.first())).isTrue();
    assertThat(longs.contains(model.first() - 1)).isFalse();
  }

  @Test
  void add_anyOrder_keepsItAndWhatIsTwice() {
    longs.add(3);
    longs.add(1);
    longs.add(3);

    assertThat(all(longs)).containsExactly(3L, 1L, 3L);
  }

  @Test
  void unpack_whatWasPacked_isTheSameAndGrows() {
    longs.insert(Long.MIN_VALUE);
    longs.insert(Long.MAX_VALUE);

    Longs again = Longs.unpack(longs.pack());
    again.insert(0);

    assertThat(all(again)).containsExactly(Long.MIN_VALUE, 0L, Long.MAX_VALUE);
    assertThat(Longs.unpack(new byte[0]).size()).isZero();
  }

  private static List<Long> all(Longs longs) {
    List<Long> all = new ArrayList<>();
    longs.forEach(all::add);
    return all;
  }
}
