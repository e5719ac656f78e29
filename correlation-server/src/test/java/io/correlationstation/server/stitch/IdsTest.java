// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {

  private static final long ALL_DIGITS = 0x0123456789abcdefL;

  @ParameterizedTest
  @ValueSource(longs = {0, 9, 0xa, ALL_DIGITS, -1, Long.MIN_VALUE, 0xf9a0_0000_0000_0001L})
  void span_anyNumber_isSixteenDigits(long id) {
    assertThat(Ids.span(id)).isEqualTo(String.format("%016x", id));
    assertThat(Ids.trace(new Fragment(id, ~id))).isEqualTo(String.format("%016x%016x", id, ~id));
  }

  @Test
  void handoff_isTheBeginningOfADigest_eachTimeTheSame() throws Exception {
    ExitType calling = new ExitType(0, new Service("order"), "x", ExitType.CLIENT, null, null);
    ChildType billing = new ChildType(0, new Service("billing"), "y", ExitType.SERVER, null, null);
    Exit exit = new Exit(new Fragment(1, ALL_DIGITS), calling, -2, 0, 1, (char) 0, 0, null);
    Child child = new Child(new Fragment(-3, 4), billing, 5, 0, 1, (char) 0);
    String text =
        Decisions.MODEL_VERSION
            + "|00000000000000010123456789abcdef|fffffffffffffffe"
            + "|fffffffffffffffd0000000000000004|0000000000000005";

    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));

    String expected = HexFormat.of().formatHex(digest, 0, 16);
    assertThat(Ids.handoff(exit, child)).isEqualTo(expected);
    assertThat(Ids.handoff(exit, child)).isEqualTo(expected);
  }
}
