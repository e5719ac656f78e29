// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TimingTest {

  private static final long SECOND = 1_000_000_000;
  private static final long START = 1_767_600_000L * SECOND;
  private static final char COARSE = 1000;

  @Test
  void direction_callerCutOffToTheSecondAndStillAfterTheChild_isNextToImpossible() {
    // its true start lies up to a second later still
    double direction = Timing.direction(exit(START, COARSE), child(START - 8_000_000));

    assertThat(direction).isLessThan(2e-3);
  }

  @Test
  void direction_callerCutOffToTheSecond_growsWithTheChildsDistance() {
    Exit caller = exit(START, COARSE);

    assertThat(Timing.direction(caller, child(START + 500_000_000))).isEqualTo(0.5);
    assertThat(Timing.direction(caller, child(START + 2 * SECOND))).isEqualTo(1);
    assertThat(Timing.direction(caller, child(START - 8_000_000)))
        .isLessThanOrEqualTo(Timing.direction(caller, child(START + 8_000_000)));
  }

  @Test
  void direction_exactTimesAndClocksSlightlyApart_isCredible() {
    assertThat(Timing.direction(exit(START, (char) 0), child(START - 8_000_000)))
        .isGreaterThan(0.9);
  }

  private static Exit exit(long start, char precisionMillis) {
    ExitType type = new ExitType(0, new Service("mdso"), "workflow", ExitType.SERVER, null, null);
    return new Exit(
        new Fragment(1, 1), type, 1, start, start + 3 * SECOND, precisionMillis, 0, null);
  }

  private static Child child(long start) {
    ChildType type =
        new ChildType(0, new Service("beorn"), "POST /create", ExitType.SERVER, null, null);
    return new Child(new Fragment(1, 2), type, 2, start, start + SECOND / 2, (char) 0);
  }
}
