// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * When the entries of one trace log happened: {@code start_time_sec + elapsed_time}, as the time of
 * day in {@code timestamp} has no date.
 *
 * <p>A negative elapsed time counts as 0, one above 30 days as the greatest sane one of the same
 * log, an unreadable one as that of the entry before; such an entry is marked as clamped.
 */
final class EntryTimes {

  private static final long MAX_ELAPSED_MILLIS = Duration.ofDays(30).toMillis();

  /** Seconds since the epoch beyond this are no seconds; nanoseconds would overflow in 2262. */
  private static final double MAX_START_SECONDS = 9_000_000_000.0;

  private static final Pattern NUMBER =
      Pattern.compile("[+-]?[0-9]{1,40}(\\.[0-9]{0,40})?([eE][+-]?[0-9]{1,4})?");
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Nanoseconds since the epoch, and whether the elapsed time had to be put right. */
  record EntryTime(long nanos, boolean clamped) {}

  private EntryTimes() {}

  /** The times of all entries in their order; null when the log says nowhere when it began. */
  static @Nullable List<EntryTime> of(TraceLog log, @Nullable Instant otherwise) {
    Long startMillis = startMillis(log, otherwise);
    if (startMillis == null) {
      return null;
    }
    long greatest = 0;
    for (TraceEntry entry : log.entries()) {
      Double elapsed = number(entry.elapsedTime());
      if (elapsed != null && millis(elapsed) <= MAX_ELAPSED_MILLIS) {
        greatest = Math.max(greatest, millis(elapsed));
      }
    }
    List<EntryTime> times = new ArrayList<>(log.entries().size());
    long before = 0;
    for (TraceEntry entry : log.entries()) {
      Double elapsed = number(entry.elapsedTime());
      long millis = elapsed == null ? before : millis(elapsed);
      boolean clamped = elapsed == null || millis < 0 || millis > MAX_ELAPSED_MILLIS;
      millis = millis < 0 ? 0 : millis > MAX_ELAPSED_MILLIS ? greatest : millis;
      times.add(new EntryTime((startMillis + millis) * NANOS_PER_MILLI, clamped));
      before = millis;
    }
    return times;
  }

  private static @Nullable Long startMillis(TraceLog log, @Nullable Instant otherwise) {
    Double seconds = number(log.startTimeSec());
    if (seconds != null && seconds > 0 && seconds < MAX_START_SECONDS) {
      return millis(seconds);
    }
    Instant created = log.createdAt() == null ? otherwise : log.createdAt();
    // the orchestrator counts in whole seconds
    return created == null ? null : Long.valueOf(created.getEpochSecond() * 1000);
  }

  private static long millis(double seconds) {
    return Math.round(seconds * 1000);
  }

  private static @Nullable Double number(@Nullable String text) {
    if (text == null || !NUMBER.matcher(text.strip()).matches()) {
      return null;
    }
    return Double.valueOf(text.strip());
  }
}
