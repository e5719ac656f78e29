// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times of the API: RFC 3339 in UTC with nine digits of fraction; durations in milliseconds. */
final class Times {

  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final double NANOS_PER_MILLI = 1_000_000;
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Times() {}

  /** Nanoseconds since the epoch as text. */
  static String format(long epochNanos) {
    return FORMAT.format(
        Instant.ofEpochSecond(
            Math.floorDiv(epochNanos, NANOS_PER_SECOND),
            Math.floorMod(epochNanos, NANOS_PER_SECOND)));
  }

  /** A duration, with what is less than a millisecond as its fraction. */
  static double millis(long nanos) {
    return nanos / NANOS_PER_MILLI;
  }

  /**
   * Text as nanoseconds since the epoch.
   *
   * @throws BadRequest when it is no RFC 3339 time, or none that nanoseconds can express
   */
  static long parse(String name, String text) {
    try {
      // A plus sign that was not encoded arrives as a space.
      Instant instant = OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
    } catch (DateTimeException | ArithmeticException e) {
      throw new BadRequest(name + " is not an RFC 3339 time such as 2026-01-31T09:30:00Z: " + text);
    }
  }
}
