// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class AdmissionTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long NOW = 1_793_534_400L * SECOND;

  private final Admission admission = new Admission(2, 3, 100, 1 << 10);

  @Test
  void admits_othersBeyondTheNumber_areRefusedUntilTimePasses() {
    for (long trace = 1; trace <= 3; trace++) {
      assertThat(admission.admits(trace, false, NOW)).isTrue();
    }

    assertThat(admission.admits(4, false, NOW)).isFalse();
    assertThat(admission.admits(1, false, NOW)).isTrue();
    assertThat(admission.admits(5, false, NOW + SECOND / 2)).isTrue();
    assertThat(admission.admits(6, false, NOW + SECOND / 2)).isFalse();
  }

  @Test
  void admittedNow_onlyAtTheFirstSight_holds() {
    admission.admits(1, true, NOW);
    assertThat(admission.admittedNow()).isTrue();
    admission.admits(1, true, NOW);
    assertThat(admission.admittedNow()).isFalse();

    admission.admits(2, false, NOW);
    assertThat(admission.admittedNow()).isTrue();
    admission.admit(3);
    admission.admits(3, true, NOW);
    assertThat(admission.admittedNow()).isFalse();
  }

  @Test
  void admits_whatWasPassedOver_staysSo() {
    fill();
    assertThat(admission.admits(9, false, NOW)).isFalse();
    admission.passOver(9, 7);

    assertThat(admission.admits(9, false, NOW + 10 * SECOND)).isFalse();
    assertThat(admission.admits(10, false, NOW + 10 * SECOND)).isTrue();
  }

  @Test
  void admits_concernedAfterPassingOver_tellsTheFramesMissed() {
    fill();
    admission.admits(9, false, NOW);
    assertThat(admission.passOver(9, 7)).isTrue();
    assertThat(admission.passOver(9, 7)).isFalse();
    assertThat(admission.passOver(9, 8)).isTrue();

    assertThat(admission.admits(9, true, NOW)).isTrue();

    Map<Long, TraceSet> missed = admission.takeMissed();
    assertThat(missed.keySet()).containsExactlyInAnyOrder(7L, 8L);
    assertThat(missed.values()).allMatch(traces -> traces.contains(9));
    assertThat(admission.takeMissed()).isEmpty();
    assertThat(admission.admits(9, false, NOW)).isTrue();
  }

  @Test
  void forgetOlder_twice_forgetsWhatWasAdmitted() {
    admission.admit(42);

    admission.forgetOlder();
    assertThat(admission.knows(42)).isTrue();
    admission.forgetOlder();
    assertThat(admission.knows(42)).isFalse();
  }

  @Test
  void open_anyTrace_isAdmitted() {
    assertThat(Admission.open().admits(1, false, 0)).isTrue();
    assertThat(Admission.open().knows(1)).isTrue();
  }

  private void fill() {
    for (long trace = 1; trace <= 3; trace++) {
      admission.admits(trace, false, NOW);
    }
  }
}
