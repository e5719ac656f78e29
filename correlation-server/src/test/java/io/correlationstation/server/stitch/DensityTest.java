// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
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
  void bin_ofNanoseconds_isThatOfTheSameTimeInSeconds() {
    Random random = new Random(3);
    for (int i = 0; i < 300_000; i++) {
      assertSameBin(random.nextLong() >> 24 + random.nextInt(40));
    }
    for (int bin = 1; bin < Density.BINS; bin++) {
      long first = firstOf(bin);
      assertSameBin(first - 1);
      assertSameBin(first);
    }
    assertSameBin(Long.MAX_VALUE / 2);
    assertSameBin(-Long.MAX_VALUE / 2);
  }

  /** Seconds are looked up by their nanoseconds and then compared with the edges one by one. */
  private static void assertSameBin(long nanos) {
    assertThat(Density.bin(nanos)).as("%d ns", nanos).isEqualTo(Density.bin(nanos * 1e-9));
  }

  private static long firstOf(int bin) {
    long before = Math.round(Density.middleSeconds(bin - 1) * 1e9);
    long within = Math.round(Density.middleSeconds(bin) * 1e9);
    while (within - before > 1) {
      long middle = (before + within) >> 1;
      if (Density.bin(middle) < bin) {
        before = middle;
      } else {
        within = middle;
      }
    }
    return within;
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
