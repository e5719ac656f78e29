// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class KeyedShareTest {

  private final KeyedShare share = new KeyedShare();

  @Test
  void fit_onlyTheLinkedCarryKeys_keysTell() {
    share.fit(1000, 1000, 10_000, 1000, 0.1);

    assertThat(share.telling(true)).isCloseTo(10, within(0.3));
    assertThat(share.telling(false)).isEqualTo(1);
  }

  @Test
  void fit_linkedAndOthersAlike_keysTellNothing() {
    share.fit(1000, 800, 10_000, 8000, 0.8);

    assertThat(share.telling(true)).isCloseTo(1, within(0.01));
  }

  @Test
  void fit_littleKnown_keysTellLittle() {
    share.fit(1, 1, 10_000, 1000, 0.1);

    assertThat(share.telling(true)).isBetween(1.0, 3.0);
  }

  @Test
  void fit_nothingCarriesKeys_one() {
    share.fit(1000, 0, 10_000, 0, 0);

    assertThat(share.telling(true)).isEqualTo(1);
  }

  @Test
  void fit_veryRareKeys_isBounded() {
    share.fit(1e6, 1e6, 1e9, 1e3, 1e-6);

    assertThat(share.telling(true)).isEqualTo(100);
  }
}
