// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.time.temporal.ChronoField.NANO_OF_SECOND;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

/**
 * Reads times as senders write them, in nanoseconds since the epoch; 0 when unreadable.
 *
 * <p>ISO 8601 with {@code T} or a blank, point or comma, 0 to 9 digits of fraction, with an offset
 * or in the configured zone; or a number since the epoch whose size tells seconds from milli-,
 * micro- and nanoseconds. Never passes through floating point. Times before 1970 or after 2262 are
 * unreadable.
 */
final class Timestamps {

  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd")
          .appendPattern("[ ]['T']['t']")
          .appendPattern("HH:mm")
          .optionalStart()
          .appendPattern(":ss")
          .optionalStart()
          .appendFraction(NANO_OF_SECOND, 0, 9, true)
          .optionalEnd()
          .optionalEnd()
          .appendPattern("[ ]")
          .appendPattern("[XXXXX][XXXX][X]['z']")
          .toFormatter(Locale.ROOT);

  private static final BigDecimal NANOS_PER_SECOND = BigDecimal.valueOf(1_000_000_000);
  private static final BigDecimal MAX = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final int MAX_LENGTH = 64;

  private final ZoneId zone;

  Timestamps(ZoneId zone) {
    this.zone = zone;
  }

  ZoneId zone() {
    return zone;
  }

  long parse(String text) {
    String trimmed = text.trim();
    if (trimmed.isEmpty() || trimmed.length() > MAX_LENGTH) {
      return 0;
    }
    try {
      return trimmed.indexOf('-', 1) < 0 && trimmed.indexOf(':') < 0
          ? number(new BigDecimal(trimmed))
          : iso(trimmed.replace(',', '.'));
    } catch (NumberFormatException | DateTimeException e) {
      return 0;
    }
  }

  /** A number since the epoch, in the unit that its size suggests. */
  static long number(BigDecimal value) {
    if (value.signum() <= 0 || value.scale() > MAX_LENGTH || value.compareTo(MAX) > 0) {
      return 0;
    }
    BigDecimal nanos = value.multiply(NANOS_PER_SECOND);
    for (int power = 0; power <= 9; power += 3) {
      // 1e11 s is in the year 5138; 1e11 ms was in 1973
      if (value.movePointLeft(power).compareTo(BigDecimal.valueOf(100_000_000_000L)) < 0) {
        return inRange(nanos.movePointLeft(power));
      }
    }
    return inRange(value);
  }

  private static long inRange(BigDecimal nanos) {
    return nanos.compareTo(MAX) > 0 ? 0 : nanos.setScale(0, RoundingMode.DOWN).longValue();
  }

  private long iso(String text) {
    TemporalAccessor parsed = ISO.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
    Instant instant =
        parsed instanceof OffsetDateTime withOffset
            ? withOffset.toInstant()
            : ((LocalDateTime) parsed).atZone(zone).toInstant();
    return nanos(instant);
  }

  static long nanos(Instant instant) {
    try {
      long nanos =
          Math.addExact(
              Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
      return Math.max(0, nanos);
    } catch (ArithmeticException e) {
      return 0;
    }
  }
}
