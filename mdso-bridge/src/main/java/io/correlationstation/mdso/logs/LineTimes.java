// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Times as log lines write them. A time without a zone is UTC. */
final class LineTimes {

  private static final DateTimeFormatter RFC_3164 =
      DateTimeFormatter.ofPattern("uuuu MMM d HH:mm:ss", Locale.ENGLISH);

  /** A line is not written in the future, but clocks differ. */
  private static final Duration AHEAD = Duration.ofDays(1);

  private LineTimes() {}

  /** {@code 2025-01-01 00:00:00,000} or RFC 3339; null when it is neither. */
  static @Nullable Instant parse(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String iso = text.strip().replace(' ', 'T').replace(',', '.');
    try {
      return OffsetDateTime.parse(iso).toInstant();
    } catch (DateTimeException e) {
      // without a zone, or no time at all
    }
    try {
      return LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }

  /**
   * {@code Nov 10 05:07:25}, which has no year: that of the receipt, or the one before when the
   * line would otherwise be of the future, as a December line is in January.
   */
  static @Nullable Instant parseRfc3164(String text, Instant received) {
    int year = received.atOffset(ZoneOffset.UTC).getYear();
    Instant time = parseRfc3164(text, year);
    boolean future = time != null && time.isAfter(received.plus(AHEAD));
    return future ? parseRfc3164(text, year - 1) : time;
  }

  private static @Nullable Instant parseRfc3164(String text, int year) {
    try {
      return LocalDateTime.parse(year + " " + text.replaceAll(" +", " "), RFC_3164)
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }
}
