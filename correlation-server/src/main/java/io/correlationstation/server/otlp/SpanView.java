// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import org.jspecify.annotations.Nullable;

/**
 * One span as the scan sees it on the wire: a view that is valid only during {@link SpanSink#span}.
 *
 * <p>Ids are numbers on the hot path (big-endian halves); 0 means absent, as all-zero ids are
 * invalid.
 */
public interface SpanView {

  long traceIdHigh();

  long traceIdLow();

  long spanId();

  /** 0 for a root. */
  long parentSpanId();

  /**
   * Number of the OTLP enum: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer.
   */
  int kind();

  /** Nanoseconds since the epoch; 0 when missing. */
  long startNanos();

  long endNanos();

  /** Number of the OTLP enum: 0 unset, 1 ok, 2 error. */
  int statusCode();

  /** Bits of the {@code flags} field; bits 8 and 9 tell whether the parent is remote. */
  int flags();

  String name();

  /** {@code service.name} of the resource, or {@code unknown_service}. */
  String service();

  /**
   * Value of a span attribute, else of the resource attribute of that name, as text: strings as
   * they are, numbers and booleans in their usual form, the single element of an array; null when
   * absent or of another shape.
   */
  @Nullable String attribute(String name);

  /**
   * The same by the number of the name in the {@link AttributeNames} of the scan, without a search.
   */
  @Nullable String attribute(int name);

  /**
   * A bit for each of the scan's {@link AttributeNames} that the span or its resource has, the
   * first name's the lowest.
   */
  long found();

  /** Whether any attribute of the span has a name with this prefix, such as {@code db.}. */
  boolean hasAttributeWithPrefix(String prefix);
}
