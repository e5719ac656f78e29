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
 * Counts errors by code, product and time since the start, and groups those without a code by
 * fingerprint.
 *
 * <p>Shape: minutes of the last week per code and product (at most 10 080 each, only those with
 * errors); at most {@value #MAX_GROUPS} groups of unclassified errors, the least recently seen
 * leaves first. Thread-safe.
 */
public final class ErrorLedger {

  private static final int MAX_GROUPS = 1000;
  private static final Duration KEPT = Duration.ofDays(7);

  private record Key(String code, String product) {}

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
    counts
        .computeIfAbsent(new Key(verdict.code(), product), key -> new Series())
        .add(time, clock.instant().minus(KEPT));
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

  /** All counts since the start, the most frequent first. */
  public synchronized List<ErrorCount> counts() {
    List<ErrorCount> rows = new ArrayList<>();
    counts.forEach(
        (key, series) ->
            rows.add(
                new ErrorCount(key.code, key.product, series.total, series.first, series.last)));
    return mostFrequentFirst(rows);
  }

  /**
   * Counts of one product's errors whose event time lies in the window that ends now; the minute,
   * hour, day or week of the analysis, at most a week.
   *
   * @param product empty for all products
   */
  public synchronized List<ErrorCount> counts(String product, Duration window) {
    Instant from = clock.instant().minus(window);
    List<ErrorCount> rows = new ArrayList<>();
    counts.forEach(
        (key, series) -> {
          long count = series.since(from);
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
    private final TreeMap<Instant, Long> minutes = new TreeMap<>();
    private long total;
    private Instant first = Instant.MAX;
    private Instant last = Instant.MIN;

    void add(Instant time, Instant keptFrom) {
      total++;
      first = earlier(first, time);
      last = later(last, time);
      minutes.headMap(keptFrom).clear();
      if (!time.isBefore(keptFrom)) {
        minutes.merge(time.truncatedTo(ChronoUnit.MINUTES), 1L, Long::sum);
      }
    }

    /** To the minute: an error counts when its minute began in the window or reaches into it. */
    long since(Instant from) {
      long count = 0;
      for (long each : minutes.tailMap(from.truncatedTo(ChronoUnit.MINUTES)).values()) {
        count += each;
      }
      return count;
    }
  }
}
