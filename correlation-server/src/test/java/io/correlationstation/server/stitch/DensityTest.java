// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DensityTest {

  @Test
  void bin_ofEveryMiddle_isThatBin() {
    for (int bin = 0; bin < Density.BINS; bin++) {
      assertThat(Density.bin(Density.middleSeconds(bin))).isEqualTo(bin);
    }
  }

  @Test
  void bin_growsWithTime_andEndsAtBothEnds() {
    int last = 0;
    for (double seconds = -10; seconds < 200; seconds += 0.0007) {
      int bin = Density.bin(seconds);
      assertThat(bin).isGreaterThanOrEqualTo(last);
      last = bin;
    }
    assertThat(Density.bin(-1e9)).isZero();
    assertThat(Density.bin(1e9)).isEqualTo(Density.BINS - 1);
  }

  @Test
  void smooth_anySamples_makesADensity() {
    Density density = new Density();
    for (int i = 0; i < 50; i++) {
      density.add(Density.bin(0.1 + 0.002 * i), 1);
    }

    density.smooth();

    double mass = 0;
    for (double seconds = -3.9; seconds < 70; seconds += 0.0005) {
      mass += 0.0005 * density.perSecond(Density.bin(seconds));
    }
    assertThat(mass).isCloseTo(1, within(0.02));
    assertThat(density.perSecond(Density.bin(0.15)))
        .isGreaterThan(5 * density.perSecond(Density.bin(1.0)));
  }
}
