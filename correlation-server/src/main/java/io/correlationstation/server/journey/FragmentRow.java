// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Findings.FoundSpan;
import io.correlationstation.server.journey.Findings.FragmentNews;
import io.correlationstation.server.journey.RecentRows.Edge;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code fragments} while it is changed. Merging takes minima and maxima under a total
 * order, so that the row does not depend on the order or number of arrivals.
 */
final class FragmentRow {

  /** Spans of one trace beyond this number count each time they arrive. */
  static final int MAX_SPAN_IDS = 20_000;

  private static final HexFormat HEX = HexFormat.of();

  /** A true root before a span whose parent is missing, then by time, then by id. */
  private static final Comparator<FoundSpan> ROOT_ORDER =
      Comparator.comparing((FoundSpan span) -> span.parentId() != 0)
          .thenComparingLong(FoundSpan::startNanos)
          .thenComparing(FoundSpan::spanId, Long::compareUnsigned);

  /** Numbers fragments as they appear. */
  final long id;

  final String traceId;

  /** The number of the fragment that its journey hangs on. */
  long journey;

  /** The same as the store has it; 0 when it has nothing of this fragment. */
  long storedJourney;

  /** Whether there is more to store than the journey and the frames. */
  boolean changed;

  boolean framesChanged;

  long receivedNanos;
  @Nullable Long spanStart;
  @Nullable Long spanEnd;
  @Nullable Long logStart;
  @Nullable Long logEnd;
  int spanCount;
  int errorCount;
  @Nullable FoundSpan root;
  boolean workFailed;
  @Nullable Defect defect;

  /** Sorted. */
  final List<String> services = new ArrayList<>(4);

  final KeyTimes keys;

  /** Keys that the store does not know of this fragment. */
  List<Map.Entry<String, String>> newKeys = new ArrayList<>();

  /**
   * The linked handoffs that nothing replaced and that lead to it or from it; null when they are to
   * be asked for.
   */
  @Nullable List<Edge> edges;

  /** Both ascending, and loaded only for rows that are to be changed. */
  Longs frames = new Longs();

  Longs spanIds = new Longs();

  FragmentRow(long id, String traceId) {
    this(id, traceId, new KeyTimes());
  }

  FragmentRow(long id, String traceId, KeyTimes keys) {
    this.id = id;
    this.traceId = traceId;
    this.journey = id;
    this.keys = keys;
  }

  void merge(FragmentNews news) {
    changed = true;
    addFrames(news);
    receivedNanos = Math.max(receivedNanos, news.receivedNanos);
    for (String service : news.services) {
      int at = Collections.binarySearch(services, service);
      if (at < 0) {
        services.add(-at - 1, service);
      }
    }
    news.keys.forEach((name, values) -> values.forEach((value, nanos) -> add(name, value, nanos)));
    if (news.logStartNanos <= news.logEndNanos) {
      logStart = min(logStart, news.logStartNanos);
      logEnd = max(logEnd, news.logEndNanos);
    }
    news.spans.forEach(this::add);
  }

  /** Only where to find the trace: nothing of it takes part in the work. */
  void mergeFrames(FragmentNews news) {
    addFrames(news);
  }

  private void addFrames(FragmentNews news) {
    int before = frames.size();
    news.frames.forEach(frames::insert);
    framesChanged |= frames.size() > before;
  }

  private void add(String key, String value, long nanos) {
    if (keys.add(key, value, nanos)) {
      newKeys.add(Map.entry(key, value));
    }
  }

  private void add(FoundSpan span) {
    boolean known =
        spanIds.size() < MAX_SPAN_IDS
            ? !spanIds.insert(span.spanId())
            : spanIds.contains(span.spanId());
    if (known) {
      return;
    }
    spanCount++;
    errorCount += span.failed() ? 1 : 0;
    workFailed |= span.failed() && span.work();
    spanStart = min(spanStart, span.startNanos());
    spanEnd = max(spanEnd, span.endNanos());
    if (root == null || ROOT_ORDER.compare(span, root) < 0) {
      root = span;
    }
    if (span.defect() != null && (defect == null || span.defect().compareTo(defect) < 0)) {
      defect = span.defect();
    }
  }

  /** How many things it consists of, such as spans and keys. */
  int size() {
    int linked = edges == null ? 0 : edges.size();
    return spanIds.size() + frames.size() + services.size() + keys.size() + linked;
  }

  /** The store has it as it is now. */
  void saved() {
    storedJourney = journey;
    changed = false;
    framesChanged = false;
    newKeys = new ArrayList<>();
  }

  long startNanos() {
    return spanStart != null ? spanStart : logStart != null ? logStart : 0;
  }

  long endNanos() {
    return spanEnd != null ? spanEnd : logEnd != null ? logEnd : 0;
  }

  /** Whether there are spans but the one they hang on has not arrived. */
  boolean rootless() {
    return root != null && root.parentId() != 0;
  }

  boolean failed() {
    return workFailed || (root != null && root.failed());
  }

  static String hex(long id) {
    return HEX.toHexDigits(id);
  }

  static long number(String hex) {
    return HexFormat.fromHexDigitsToLong(hex);
  }

  private static Long min(@Nullable Long known, long value) {
    return known == null ? value : Math.min(known, value);
  }

  private static Long max(@Nullable Long known, long value) {
    return known == null ? value : Math.max(known, value);
  }
}
