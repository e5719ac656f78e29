// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import org.jspecify.annotations.Nullable;

/**
 * Writes an OTLP {@code ExportLogsServiceRequest} record by record, for logs that came in another
 * dialect.
 *
 * <pre>
 *   batch.openResource().attribute("service.name", "beorn").openScope("loki");
 *   batch.openRecord(timeNanos, receivedNanos).body("…").attribute("circuit_id", "…").closeRecord();
 *   batch.closeResource();
 * </pre>
 *
 * <p>Calls out of this order write nonsense. Not thread-safe.
 */
public final class LogBatch {

  private static final int ATTRIBUTES_OF_RESOURCE = 1;
  private static final int ATTRIBUTES_OF_RECORD = 6;

  private final WireWriter out;
  private int resourceLogs;
  private int part;
  private int scopeLogs;
  private int record;
  private int attributes;
  private int records;

  public LogBatch(int expectedBytes) {
    out = new WireWriter(expectedBytes);
  }

  public LogBatch openResource() {
    resourceLogs = out.begin(1);
    part = out.begin(1);
    attributes = ATTRIBUTES_OF_RESOURCE;
    return this;
  }

  /** Closes the resource's attributes and opens the list of records. */
  public LogBatch openScope(String name) {
    out.end(part);
    scopeLogs = out.begin(2);
    part = out.begin(1);
    out.stringField(1, name);
    out.end(part);
    attributes = ATTRIBUTES_OF_RECORD;
    return this;
  }

  /** Opens a record; 0 for a time that is not known. */
  public LogBatch openRecord(long timeNanos, long observedNanos) {
    record = out.begin(2);
    if (timeNanos != 0) {
      out.fixed64Field(1, timeNanos);
    }
    if (observedNanos != 0) {
      out.fixed64Field(11, observedNanos);
    }
    records++;
    return this;
  }

  /** Number 1 to 24, or 0 when the text is not a known severity. */
  public LogBatch severity(int number, String text) {
    if (number != 0) {
      out.varintField(2, number);
    }
    if (!text.isEmpty()) {
      out.stringField(3, text);
    }
    return this;
  }

  public LogBatch body(String text) {
    int body = out.begin(5);
    out.stringField(AnyValues.STRING, text);
    out.end(body);
    return this;
  }

  /** An attribute of the open record, or of the resource before its scope is open. */
  public LogBatch attribute(String key, String value) {
    int attribute = out.begin(attributes);
    out.stringField(AnyValues.KEY_VALUE_KEY, key);
    int any = out.begin(AnyValues.KEY_VALUE_VALUE);
    out.stringField(AnyValues.STRING, value);
    out.end(any);
    out.end(attribute);
    return this;
  }

  /**
   * A trace id in hexadecimal digits of any case; one that is none becomes an attribute as it is.
   */
  public LogBatch traceId(@Nullable String id) {
    return id(9, "trace_id", 16, id);
  }

  /** As {@link #traceId}, for a span id. */
  public LogBatch spanId(@Nullable String id) {
    return id(10, "span_id", 8, id);
  }

  private LogBatch id(int field, String name, int bytes, @Nullable String text) {
    if (text == null || text.isEmpty()) {
      return this;
    }
    byte[] id = JsonScalars.hex(text);
    if (id == null || id.length != bytes) {
      return attribute(name, text);
    }
    out.bytesField(field, id);
    return this;
  }

  public LogBatch eventName(String name) {
    out.stringField(12, name);
    return this;
  }

  public void closeRecord() {
    out.end(record);
  }

  public void closeResource() {
    out.end(scopeLogs);
    out.end(resourceLogs);
  }

  /** How many records were written. */
  public int records() {
    return records;
  }

  public byte[] toByteArray() {
    return out.toByteArray();
  }
}
