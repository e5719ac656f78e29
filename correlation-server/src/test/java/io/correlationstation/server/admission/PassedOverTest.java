// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class PassedOverTest {

  private final PassedOver passedOver = new PassedOver(1 << 18);

  @Test
  void frames_ofManyTraces_areThoseNoted() {
    Map<Long, Set<Long>> model = new HashMap<>();
    Random random = new Random(3);
    for (int i = 0; i < 100_000; i++) {
      long trace = Admission.hash(0, random.nextInt(60_000));
      long sequence = i / 50;
      boolean fresh = model.computeIfAbsent(trace, ignored -> new HashSet<>()).add(sequence);
      assertThat(passedOver.note(trace, sequence)).isEqualTo(fresh);
    }

    model.forEach(
        (trace, frames) ->
            assertThat(passedOver.frames(trace)).containsExactlyInAnyOrderElementsOf(frames));
    assertThat(passedOver.contains(Admission.hash(0, 70_000))).isFalse();
    assertThat(passedOver.frames(Admission.hash(0, 70_000))).isEmpty();
  }

  @Test
  void note_moreThanIsRemembered_forgetsTheOldest() {
    int many = 1_000_000;
    for (int i = 0; i < many; i++) {
      passedOver.note(Admission.hash(1, i), i);
    }

    assertThat(passedOver.contains(Admission.hash(1, 0))).isFalse();
    assertThat(passedOver.frames(Admission.hash(1, many - 1))).containsExactly(many - 1L);
    assertThat(passedOver.frames(Admission.hash(1, many - (1 << 18)))).hasSize(1);
  }

  @Test
  void traceSet_manyTraces_holdsEachOnce() {
    TraceSet set = new TraceSet();
    for (long i = 0; i < 5_000; i++) {
      assertThat(set.add(i * 3 + 1)).isTrue();
    }

    assertThat(set.add(1)).isFalse();
    assertThat(set.size()).isEqualTo(5_000);
    assertThat(set.contains(14_998)).isTrue();
    assertThat(set.contains(14_999)).isFalse();
  }
}
