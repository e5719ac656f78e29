// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** The {@code Retry-After} header: whole seconds or an HTTP date. */
final class RetryAfter {

  /** Longer numbers of seconds are all past every cap, and past what a long can hold. */
  private static final int MAX_DIGITS = 10;

  private RetryAfter() {}

  /** The time to wait, never negative, or null when the header is missing or makes no sense. */
  static @Nullable Duration parse(@Nullable String header, Clock clock) {
    if (header == null || header.isBlank()) {
      return null;
    }
    String value = header.strip();
    if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      String digits = value.length() > MAX_DIGITS ? "9".repeat(MAX_DIGITS) : value;
      return Duration.ofSeconds(Long.parseLong(digits));
    }
    try {
      ZonedDateTime until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration wait = Duration.between(clock.instant(), until.toInstant());
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeException e) {
      return null;
    }
  }
}
