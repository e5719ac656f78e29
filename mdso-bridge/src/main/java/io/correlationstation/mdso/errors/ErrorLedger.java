// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts errors by code, product and time, and groups those without a code by fingerprint.
 *
 * <p>Counts live as long as the state that {@link #saved} gives and {@link #restore} takes back:
 * the checkpoint keeps it beside what was sent, so that an error is counted once, restart or crash.
 *
 * <p>Shape: at most {@value #MAX_ROWS} pairs of code and product, further ones fold into the
 * product {@value #OTHER}; of each the minutes of the last three hours and the hours of the last
 * week (at most 348 numbers); at most {@value #MAX_GROUPS} groups of unclassified errors, the least
 * recently seen leaves first. Thread-safe.
 */
public final class ErrorLedger {

  private static final int MAX_GROUPS = 1000;
  private static final int MAX_ROWS = 1000;
  private static final String OTHER = "other";

  /** How far back a window can reach. */
  public static final Duration KEPT = Duration.ofDays(7);

  private static final Duration MINUTES_KEPT = Duration.ofHours(3);

  private record Key(String code, String product) {}

  /** Everything that was counted, in plain values. */
  public record Saved(List<SavedCount> counts, List<UnclassifiedError> unclassified) {}

  /**
   * One code and product.
   *
   * @param minutes count by the minute's first second since the epoch
   * @param hours count by the hour's first second since the epoch
   */
  public record SavedCount(ErrorCount total, Map<Long, Long> minutes, Map<Long, Long> hours) {}

  private final Clock clock;
  private final Map<Key, Series> counts = new LinkedHashMap<>();
  private final Map<String, UnclassifiedError> groups =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, UnclassifiedError> eldest) {
          return size() > MAX_GROUPS;
        }
      };

  public ErrorLedger(Clock clock) {
    this.clock = clock;
  }

  /**
   * Counts an error.
   *
   * @param sample its text, secrets masked
   * @param time of the event
   */
  public synchronized void add(Verdict verdict, String product, String sample, Instant time) {
    series(verdict.code(), product).add(time, clock.instant());
    if (!verdict.isClassified()) {
      String fingerprint = ErrorText.fingerprint(sample);
      UnclassifiedError group = groups.get(fingerprint);
      groups.put(
          fingerprint,
          group == null
              ? new UnclassifiedError(
                  fingerprint, 1, sample, ErrorText.template(sample), time, time)
              : new UnclassifiedError(
                  fingerprint,
                  group.count() + 1,
                  group.sample(),
                  group.template(),
                  earlier(group.firstSeen(), time),
                  later(group.lastSeen(), time)));
    }
  }

  private Series series(String code, String product) {
    Key key = new Key(code, product);
    if (!counts.containsKey(key) && counts.size() >= MAX_ROWS) {
      key = new Key(code, OTHER);
    }
    return counts.computeIfAbsent(key, each -> new Series());
  }

  /** The state to be kept. */
  public synchronized Saved saved() {
    List<SavedCount> rows = new ArrayList<>();
    counts.forEach(
        (key, series) ->
            rows.add(
                new SavedCount(
                    series.total(key), Map.copyOf(series.minutes), Map.copyOf(series.hours))));
    return new Saved(rows, List.copyOf(groups.values()));
  }

  /** Takes up a state that was kept, in place of what is here. */
  public synchronized void restore(Saved saved) {
    counts.clear();
    groups.clear();
    for (SavedCount each : saved.counts()) {
      counts.put(new Key(each.total().code(), each.total().product()), new Series(each));
    }
    saved.unclassified().forEach(group -> groups.put(group.fingerprint(), group));
  }

  /** All counts, the most frequent first. */
  public synchronized List<ErrorCount> counts() {
    List<ErrorCount> rows = new ArrayList<>();
    counts.forEach((key, series) -> rows.add(series.total(key)));
    return mostFrequentFirst(rows);
  }

  /**
   * Counts of one product's errors whose event time lies in the window that ends now; the minute,
   * hour, day or week of the analysis, at most a week. To the minute up to three hours, beyond to
   * the hour.
   *
   * @param product empty for all products
   */
  public synchronized List<ErrorCount> counts(String product, Duration window) {
    Instant from = clock.instant().minus(window);
    List<ErrorCount> rows = new ArrayList<>();
    counts.forEach(
        (key, series) -> {
          long count = series.since(from, clock.instant());
          if (count > 0 && (product.isEmpty() || product.equals(key.product))) {
            rows.add(
                new ErrorCount(
                    key.code, key.product, count, later(series.first, from), series.last));
          }
        });
    return mostFrequentFirst(rows);
  }

  /** Groups of errors without a code, the most frequent first. */
  public synchronized List<UnclassifiedError> unclassified() {
    List<UnclassifiedError> rows = new ArrayList<>(groups.values());
    rows.sort(Comparator.comparingLong(UnclassifiedError::count).reversed());
    return rows;
  }

  private static List<ErrorCount> mostFrequentFirst(List<ErrorCount> rows) {
    rows.sort(
        Comparator.comparingLong(ErrorCount::count)
            .reversed()
            .thenComparing(ErrorCount::code)
            .thenComparing(ErrorCount::product));
    return rows;
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isBefore(b) ? b : a;
  }

  /** Guarded by the ledger. */
  private static final class Series {
    private final TreeMap<Long, Long> minutes = new TreeMap<>();
    private final TreeMap<Long, Long> hours = new TreeMap<>();
    private long total;
    private Instant first = Instant.MAX;
    private Instant last = Instant.MIN;

    Series() {}

    Series(SavedCount saved) {
      minutes.putAll(saved.minutes());
      hours.putAll(saved.hours());
      total = saved.total().count();
      first = saved.total().firstSeen();
      last = saved.total().lastSeen();
    }

    ErrorCount total(Key key) {
      return new ErrorCount(key.code, key.product, total, first, last);
    }

    void add(Instant time, Instant now) {
      total++;
      first = earlier(first, time);
      last = later(last, time);
      count(minutes, time, ChronoUnit.MINUTES, now.minus(MINUTES_KEPT));
      count(hours, time, ChronoUnit.HOURS, now.minus(KEPT));
    }

    private static void count(
        TreeMap<Long, Long> buckets, Instant time, ChronoUnit unit, Instant keptFrom) {
      buckets.headMap(begin(keptFrom, unit)).clear();
      if (!time.isBefore(keptFrom)) {
        buckets.merge(begin(time, unit), 1L, Long::sum);
      }
    }

    private static long begin(Instant time, ChronoUnit unit) {
      return time.truncatedTo(unit).getEpochSecond();
    }

    /** An error counts when its minute or hour reaches into the window. */
    long since(Instant from, Instant now) {
      boolean fine = !from.isBefore(now.minus(MINUTES_KEPT));
      long count = 0;
      for (long each :
          fine
              ? minutes.tailMap(begin(from, ChronoUnit.MINUTES)).values()
              : hours.tailMap(begin(from, ChronoUnit.HOURS)).values()) {
        count += each;
      }
      return count;
    }
  }
}
