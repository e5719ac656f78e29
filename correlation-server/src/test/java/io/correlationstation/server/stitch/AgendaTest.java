// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AgendaTest {

  private final Agenda agenda = new Agenda();

  @Test
  void at_sameSecond_isTheSameTickUntilItIsTaken() {
    Agenda.Tick tick = agenda.at(7);

    assertThat(agenda.at(7)).isSameAs(tick);
    assertThat(agenda.find(7)).isSameAs(tick);
    assertThat(agenda.takeFirst()).isSameAs(tick);
    assertThat(agenda.find(7)).isNull();
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
      assertThat(agenda.first()).isEqualTo(agenda.find(agenda.first()).number);
      taken.add(agenda.takeFirst().number);
    }

    assertThat(taken).containsExactlyElementsOf(expected);
  }
}
