// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * How long to wait before the next try: exponential with full jitter, base 1 s, cap 30 s; at least
 * 10 s after a 503; never shorter than the server's {@code Retry-After}.
 */
final class Backoff {

  private static final long BASE_MILLIS = 1_000;
  private static final long CAP_MILLIS = 30_000;
  private static final Duration AFTER_UNAVAILABLE = Duration.ofSeconds(10);

  private final Clock clock;
  private final Pause pause;

  Backoff(Clock clock, Pause pause) {
    this.clock = clock;
    this.pause = pause;
  }

  void pause(Duration delay) throws InterruptedException {
    pause.pause(delay);
  }

  /**
   * The wait before try {@code tries + 1}.
   *
   * @param status of the last answer; 0 for none
   * @param retryAfter the header of that answer; null for none
   */
  Duration delay(int tries, int status, @Nullable String retryAfter) {
    long ceiling = Math.min(CAP_MILLIS, BASE_MILLIS << Math.min(tries - 1, 10));
    Duration delay = Duration.ofMillis(ThreadLocalRandom.current().nextLong(ceiling + 1));
    if (status == 503) {
      delay = longer(delay, AFTER_UNAVAILABLE);
    }
    return longer(delay, asked(retryAfter));
  }

  /** Seconds or an HTTP date; zero when missing or unreadable. */
  private Duration asked(@Nullable String retryAfter) {
    if (retryAfter == null) {
      return Duration.ZERO;
    }
    String text = retryAfter.strip();
    if (text.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    try {
      ZonedDateTime date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
      return longer(Duration.ZERO, Duration.between(clock.instant(), date.toInstant()));
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? b : a;
  }
}
