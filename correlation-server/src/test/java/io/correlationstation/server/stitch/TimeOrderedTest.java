// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimeOrderedTest {

  private record At(long timeNanos) implements TimeOrdered.Timed {}

  @Test
  void addAndRemove_inAnyOrder_agreesWithAPlainSortedList() {
    Random random = new Random(4);
    TimeOrdered<At> ordered = new TimeOrdered<>();
    List<At> model = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      if (model.isEmpty() || random.nextInt(3) > 0) {
        At at = new At(random.nextInt(400));
        ordered.add(at);
        model.add(at);
        model.sort(Comparator.comparingLong(At::timeNanos));
      } else if (random.nextBoolean()) {
        At gone = model.remove(random.nextInt(model.size()));
        assertThat(ordered.remove(gone)).isTrue();
      } else {
        ordered.removeFirst();
        model.remove(0);
      }
      assertThat(times(ordered)).isEqualTo(model.stream().map(At::timeNanos).toList());
    }
  }

  @Test
  void firstAtOrAfter_findsThePlace() {
    TimeOrdered<At> ordered = new TimeOrdered<>();
    for (long time : new long[] {5, 5, 7}) {
      ordered.add(new At(time));
    }

    assertThat(ordered.firstAtOrAfter(4)).isZero();
    assertThat(ordered.firstAtOrAfter(5)).isZero();
    assertThat(ordered.firstAfter(5)).isEqualTo(2);
    assertThat(ordered.firstAtOrAfter(8)).isEqualTo(3);
    assertThat(ordered.firstAfter(Long.MAX_VALUE)).isEqualTo(3);
  }

  @Test
  void firstAfter_fromAnyGuess_findsThePlace() {
    Random random = new Random(6);
    TimeOrdered<At> ordered = new TimeOrdered<>();
    for (int i = 0; i < 200; i++) {
      ordered.add(new At(random.nextInt(300)));
    }

    for (int time = -1; time <= 300; time += 7) {
      for (int guess : new int[] {0, 1, 20, 100, 199, 200, 5_000}) {
        assertThat(ordered.firstAfter(time, guess)).isEqualTo(ordered.firstAfter(time));
      }
    }
  }

  @Test
  void remove_unknownItem_isFalse() {
    TimeOrdered<At> ordered = new TimeOrdered<>();
    ordered.add(new At(5));

    assertThat(ordered.remove(new At(6))).isFalse();
    assertThat(ordered.size()).isEqualTo(1);
  }

  private static List<Long> times(TimeOrdered<At> ordered) {
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < ordered.size(); i++) {
      times.add(ordered.get(i).timeNanos());
    }
    return times;
  }
}
