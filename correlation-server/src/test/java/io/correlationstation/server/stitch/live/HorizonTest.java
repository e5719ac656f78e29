// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HorizonTest {

  private static final long SECOND = 1_000_000_000L;

  private final Horizon horizon = new Horizon(Duration.ofSeconds(60));

  @Test
  void safeAt_nothingPassed_isBeforeTheFirstFrame() {
    assertThat(horizon.safeAt(1_000 * SECOND)).isEqualTo(-1);
  }

  @Test
  void safeAt_framesWithinTheMemory_areKept() {
    horizon.passed(0, 100 * SECOND);
    horizon.passed(1, 130 * SECOND);

    assertThat(horizon.safeAt(160 * SECOND)).isEqualTo(-1);
    assertThat(horizon.safeAt(161 * SECOND)).isEqualTo(0);
    assertThat(horizon.safeAt(190 * SECOND)).isEqualTo(0);
    assertThat(horizon.safeAt(191 * SECOND)).isEqualTo(1);
  }

  @Test
  void safeAt_lateFrameBehindANewerOne_waitsForTheNewerOne() {
    horizon.passed(0, 200 * SECOND);
    horizon.passed(1, 50 * SECOND);

    assertThat(horizon.safeAt(199 * SECOND)).isEqualTo(-1);
    assertThat(horizon.safeAt(261 * SECOND)).isEqualTo(1);
  }

  @Test
  void safeAt_frameWithoutSpans_goesWithTheOneBeforeIt() {
    horizon.passed(0, 100 * SECOND);
    horizon.passed(1, 0);

    assertThat(horizon.safeAt(161 * SECOND)).isEqualTo(1);
  }
}
