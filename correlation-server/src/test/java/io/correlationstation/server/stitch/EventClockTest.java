// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.EventClock.Source;
import org.junit.jupiter.api.Test;

class EventClockTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long START = 1_767_600_000L * SECOND;

  private final EventClock clock = new EventClock(2 * SECOND);
  private final Source steady = new Source();
  private final Source slow = new Source();

  @Test
  void watermark_oneSource_isItsNewestLessTheLateness() {
    see(steady, 0);
    see(steady, 30);

    assertThat(watermark()).isEqualTo(28);
  }

  @Test
  void watermark_sourceLags_waitsForIt() {
    for (int i = 0; i < 60; i++) {
      see(steady, i);
      see(slow, i - 6);
    }

    assertThat(watermark()).isEqualTo(59 - 2 - 6 + 1);
    assertThat(clock.holdNanos()).isEqualTo(5 * SECOND);
  }

  @Test
  void watermark_laggingSourceFallsSilent_goesOnWithoutIt() {
    see(steady, 0);
    see(slow, -6);
    for (int i = 1; i <= 30; i++) {
      see(steady, i);
    }

    assertThat(watermark()).isEqualTo(28);
  }

  @Test
  void watermark_sourceSendsLittle_costsNoTime() {
    for (int i = 0; i < 60; i++) {
      see(steady, i);
      if (i % 9 == 0) {
        see(slow, i);
      }
    }

    assertThat(watermark()).isEqualTo(57);
  }

  @Test
  void watermark_clockFiveMinutesBehind_holdsNobody() {
    for (int i = 0; i < 60; i++) {
      see(steady, i);
      see(slow, i - 300);
    }

    assertThat(watermark()).isEqualTo(57);
  }

  @Test
  void watermark_fastSource_doesNotCloseTheOthersWindows() {
    Source fast = new Source();
    for (int i = 0; i < 60; i++) {
      see(fast, i + 8);
      see(steady, i);
    }

    assertThat(watermark()).isLessThanOrEqualTo(60);
  }

  @Test
  void observe_aheadOfTheReceiveTime_isNotBelieved() {
    see(steady, 0);

    assertThat(clock.observe(slow, START + 300 * SECOND, 2, START)).isFalse();
    assertThat(watermark()).isEqualTo(-2);
  }

  @Test
  void observe_farJump_isBelievedWhenASecondTraceSaysTheSame() {
    see(steady, 0);

    assertThat(clock.observe(steady, START + 3_600 * SECOND, 1, 0)).isFalse();
    assertThat(clock.observe(steady, START + 3_600 * SECOND, 1, 0)).isFalse();
    assertThat(watermark()).isEqualTo(-2);
    assertThat(clock.observe(steady, START + 3_601 * SECOND, 2, 0)).isTrue();
    assertThat(watermark()).isEqualTo(3_599);
  }

  @Test
  void watermark_neverGoesBack() {
    see(steady, 100);
    long before = watermark();

    see(slow, 91);
    see(steady, 101);

    assertThat(watermark()).isGreaterThanOrEqualTo(before);
  }

  private void see(Source source, long second) {
    assertThat(clock.observe(source, START + second * SECOND, 1, 0)).isTrue();
  }

  private long watermark() {
    return (clock.watermark() - START) / SECOND;
  }
}
