// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import io.correlationstation.mdso.errors.Verdict;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trace made of orchestration entries.
 *
 * @param traceId 32 digits
 */
public record MappedTrace(String traceId, List<MappedSpan> spans, List<MappedRecord> records) {

  /** Which half of a span the entries hold. */
  public enum Found {
    BOTH,
    START_ONLY,
    END_ONLY
  }

  /** A span and its id as a number. */
  public record MappedSpan(long id, Span span, Found found) {}

  /**
   * A log record.
   *
   * @param key the same for the same entry, whenever it is read
   * @param failure what the entry says went wrong; null when it did not fail
   */
  public record MappedRecord(long key, LogRecord record, @Nullable Failure failure) {}

  /**
   * A failed entry.
   *
   * @param product name of the product whose process failed
   * @param text of the error, secrets masked
   */
  public record Failure(Verdict verdict, String product, String text, Instant time) {}
}
