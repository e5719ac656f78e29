// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FailuresTest {

  private long now = Long.MAX_VALUE - 5; // the clock may overflow
  private final Failures failures = new Failures(() -> now);

  @Test
  void mayLog_withinAMinute_isOncePerHook() {
    assertThat(failures.mayLog("extract")).isTrue();
    assertThat(failures.mayLog("extract")).isFalse();
    assertThat(failures.mayLog("inject")).isTrue();
    now += TimeUnit.SECONDS.toNanos(59);
    assertThat(failures.mayLog("extract")).isFalse();
  }

  @Test
  void mayLog_afterAMinute_isAllowedAgain() {
    failures.mayLog("extract");
    now += TimeUnit.SECONDS.toNanos(60);

    assertThat(failures.mayLog("extract")).isTrue();
    assertThat(failures.mayLog("extract")).isFalse();
  }
}
