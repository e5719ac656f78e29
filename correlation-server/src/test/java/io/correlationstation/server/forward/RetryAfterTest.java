// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

  private final Clock clock = Clock.fixed(Instant.parse("2026-11-05T05:07:25Z"), ZoneOffset.UTC);

  @ParameterizedTest
  @CsvSource({"0, 0", "5, 5", "' 7 ', 7", "1000000000, 1000000000"})
  void x03_seconds_areRead(String header, long seconds) {
    assertThat(RetryAfter.parse(header, clock)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void x03_moreDigitsThanALongHolds_isStillALongTime() {
    assertThat(RetryAfter.parse("9".repeat(40), clock)).isGreaterThan(Duration.ofDays(365));
  }

  @Test
  void x03_httpDate_isTheTimeUntilThen() {
    assertThat(RetryAfter.parse("Thu, 05 Nov 2026 05:08:25 GMT", clock))
        .isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void x03_pastDate_isNow() {
    assertThat(RetryAfter.parse("Thu, 05 Nov 2026 05:00:00 GMT", clock)).isEqualTo(Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "soon", "-1", "1.5", "Thu, 45 Nov 2026 05:00:00 GMT"})
  void x03_garbage_isNoHeader(String header) {
    assertThat(RetryAfter.parse(header, clock)).isNull();
  }

  @Test
  void parse_missing_isNull() {
    assertThat(RetryAfter.parse(null, clock)).isNull();
  }
}
