// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Findings.FoundSpan;
import io.correlationstation.server.journey.Findings.FragmentNews;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
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

  final String traceId;
  String journeyId;
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
  final Set<Long> spanIds = new HashSet<>();
  boolean spanIdsChanged;

  FragmentRow(String traceId) {
    this.traceId = traceId;
    this.journeyId = JourneyIds.journey(traceId);
  }

  void merge(FragmentNews news) {
    receivedNanos = Math.max(receivedNanos, news.receivedNanos);
    if (news.logStartNanos <= news.logEndNanos) {
      logStart = min(logStart, news.logStartNanos);
      logEnd = max(logEnd, news.logEndNanos);
    }
    news.spans.forEach(this::add);
  }

  private void add(FoundSpan span) {
    if (spanIds.contains(span.spanId())) {
      return;
    }
    if (spanIds.size() < MAX_SPAN_IDS) {
      spanIds.add(span.spanId());
      spanIdsChanged = true;
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

  byte[] packedSpanIds() {
    ByteBuffer buffer = ByteBuffer.allocate(spanIds.size() * Long.BYTES);
    spanIds.forEach(buffer::putLong);
    return buffer.array();
  }

  void unpackSpanIds(byte[] packed) {
    ByteBuffer buffer = ByteBuffer.wrap(packed);
    while (buffer.remaining() >= Long.BYTES) {
      spanIds.add(buffer.getLong());
    }
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
