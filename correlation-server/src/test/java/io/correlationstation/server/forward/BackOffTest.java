// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackOffTest {

  private final RetryPolicy policy = RetryPolicy.DEFAULT;
  private final BackOff backOff = new BackOff(policy, new SplittableRandom(1));

  @Test
  void pause_firstFailure_isAnywhereBelowTheFirstBound() {
    assertThat(longest(1)).isBetween(Duration.ofMillis(900), Duration.ofSeconds(1));
    assertThat(shortest(1)).isLessThan(Duration.ofMillis(100));
  }

  @Test
  void pause_moreFailures_doublesTheBound() {
    assertThat(longest(4)).isBetween(Duration.ofSeconds(7), Duration.ofSeconds(8));
  }

  @Test
  void pause_manyFailures_staysBelowTheCap() {
    assertThat(longest(1_000_000)).isBetween(Duration.ofSeconds(55), Duration.ofSeconds(60));
  }

  @Test
  void t03_retryAfter_isRespectedAndSpread() {
    for (int i = 0; i < 200; i++) {
      assertThat(backOff.pause(1, Duration.ofSeconds(5)))
          .isBetween(Duration.ofSeconds(5), Duration.ofMillis(5500));
    }
  }

  @Test
  void x12_retryAfterLongerThanTheCap_isCut() {
    assertThat(backOff.pause(1, Duration.ofDays(3)))
        .isBetween(Duration.ofMinutes(5), Duration.ofSeconds(330));
  }

  @Test
  void pause_retryAfterZero_stillBacksOff() {
    Duration longest =
        IntStream.range(0, 500)
            .mapToObj(i -> backOff.pause(5, Duration.ZERO))
            .max(Duration::compareTo)
            .orElseThrow();

    assertThat(longest).isGreaterThan(Duration.ofSeconds(10));
  }

  private Duration longest(int failures) {
    return IntStream.range(0, 500)
        .mapToObj(i -> backOff.pause(failures, null))
        .max(Duration::compareTo)
        .orElseThrow();
  }

  private Duration shortest(int failures) {
    return IntStream.range(0, 500)
        .mapToObj(i -> backOff.pause(failures, null))
        .min(Duration::compareTo)
        .orElseThrow();
  }
}
