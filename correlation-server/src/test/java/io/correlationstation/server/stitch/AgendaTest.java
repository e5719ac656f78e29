// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AgendaTest {

  private final Agenda agenda = new Agenda();

  @Test
  void at_sameSecond_isTheSameTickUntilItIsTaken() {
    Agenda.Tick tick = agenda.at(7);

    assertThat(agenda.at(7)).isSameAs(tick);
    assertThat(agenda.takeFirst()).isSameAs(tick);
    assertThat(agenda.isEmpty()).isTrue();
    assertThat(agenda.at(7)).isNotSameAs(tick);
  }

  @Test
  void takeFirst_secondsThatShareAPlaceInTheRing_comeInOrderEachOnce() {
    Random random = new Random(3);
    TreeSet<Long> expected = new TreeSet<>();
    for (int i = 0; i < 1_000; i++) {
      long number = random.nextInt(50) * 128L + random.nextInt(3) - 3_000;
      expected.add(number);
      assertThat(agenda.at(number).number).isEqualTo(number);
    }

    List<Long> taken = new ArrayList<>();
    while (!agenda.isEmpty()) {
      long first = agenda.first();
      assertThat(agenda.takeFirst().number).isEqualTo(first);
      taken.add(first);
    }

    assertThat(taken).containsExactlyElementsOf(expected);
  }

  @Test
  void takeFirstDue_tracesKeptInAnyOrderAndAgain_comeByTheirTimeThenAsKept_eachOnce() {
    Random random = new Random(4);
    TreeMap<Long, ArrayDeque<Fragment>> expected = new TreeMap<>();
    for (int i = 0; i < 2_000; i++) {
      Fragment fragment = new Fragment(1, i);
      long until = 1_000 + i / 10 + random.nextInt(90);
      agenda.keep(fragment, until);
      expected.computeIfAbsent(until, k -> new ArrayDeque<>()).add(fragment);
      if (random.nextInt(3) == 0) {
        assertThat(agenda.takeFirstDue()).isSameAs(takeFirst(expected));
      }
      if (random.nextInt(20) == 0) {
        Agenda.Tick tick = agenda.takeFirst();
        for (Fragment due : tick.due()) {
          assertThat(due).isSameAs(takeFirst(expected));
        }
        assertThat(expected).doesNotContainKey(tick.number);
      }
    }

    while (!expected.isEmpty()) {
      assertThat(agenda.takeFirstDue()).isSameAs(takeFirst(expected));
    }
    assertThat(agenda.takeFirstDue()).isNull();
  }

  private static Fragment takeFirst(TreeMap<Long, ArrayDeque<Fragment>> due) {
    Fragment first = due.firstEntry().getValue().remove();
    if (due.firstEntry().getValue().isEmpty()) {
      due.pollFirstEntry();
    }
    return first;
  }
}
