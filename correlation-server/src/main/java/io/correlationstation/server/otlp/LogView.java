// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One log record as the scan sees it on the wire: valid only during {@link LogSink#log}. */
public interface LogView {

  /** 32 lower-case digits, or null when the record has none or it is invalid. */
  @Nullable String traceId();

  /** First half of the trace id; 0 together with the other when there is none. */
  long traceIdHigh();

  long traceIdLow();

  /** 16 lower-case digits, or null. */
  @Nullable String spanId();

  /** The span id's eight bytes as a number, the first the highest; 0 when there is none. */
  long spanIdBits();

  /** Event time in nanoseconds since the epoch, else the observed time; 0 when both are missing. */
  long timeNanos();

  /** 1 to 24, or 0 when unset. */
  int severityNumber();

  String severityText();

  /** The body as text: a string as it is, any other value as compact JSON. */
  String body();

  /** The same in UTF-8. */
  byte[] bodyBytes();

  /** {@code event_name} of the record, or the empty string. */
  String eventName();

  String service();

  /** As {@link SpanView#attribute}. */
  @Nullable String attribute(String name);

  /**
   * The same by the number of the name in the {@link AttributeNames} of the scan, without a search.
   */
  @Nullable String attribute(int name);

  /**
   * A bit for each of the scan's {@link AttributeNames} that the record or its resource has, the
   * first name's the lowest.
   */
  long found();

  /** {@link #found} of the record alone, without its resource. */
  long foundInRecord();

  /**
   * Gives the record's attributes to the sink in the order on the wire, with the same texts as
   * {@link #attributes} but without building them; one that is given twice comes twice.
   */
  void eachAttribute(AttributeSink sink);

  /** All attributes of the record as text; resource attributes are left out. Built at each call. */
  Map<String, String> attributes();

  /**
   * The record's resource on the wire, the same array for all records of one resource in a request;
   * empty when there is none.
   */
  byte[] resourceBytes();

  /** All attributes of the record's resource as text; built once for all records of a resource. */
  Map<String, String> resourceAttributes();
}
