// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceIdsTest {

  @ParameterizedTest
  @CsvSource({
    "AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee, aaaaaaaabbbb4ccc8dddeeeeeeeeeeee",
    "AAAAAAAABBBB4CCC8DDDEEEEEEEEEEEE, aaaaaaaabbbb4ccc8dddeeeeeeeeeeee",
    "order-1/activate, 0cbc712d357fc3d207800d796fd4f341"
  })
  void traceId_anyForm_isThirtyTwoDigits(String text, String expected) {
    assertThat(TraceIds.traceId(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(
      strings = {
        "",
        "  ",
        "00000000-0000-0000-0000-000000000000",
        "00000000000000000000000000000000"
      })
  void traceId_missingOrZero_isNull(String text) {
    assertThat(TraceIds.traceId(text)).isNull();
  }

  @Test
  void spanId_anyPair_isTheHeadOfTheHash() throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256")
            .digest("aa|r-1|scripts.example.x.Activate|3".getBytes(StandardCharsets.UTF_8));

    long id = TraceIds.spanId("aa", "r-1", "scripts.example.x.Activate", 3);

    assertThat(HexFormat.of().toHexDigits(id)).isEqualTo(HexFormat.of().formatHex(hash, 0, 8));
  }
}
