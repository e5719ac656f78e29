// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.util.Objects.requireNonNull;

/** Ids of log records that cannot be ids: the record is kept, and what was sent with it. */
final class LogIds {

  static final Shape LOG_RECORD = logRecord();

  private LogIds() {}

  /** Writes {@code KeyValue{key, string value}} as the given field. */
  static void keepAsAttribute(WireWriter out, int attributesField, String key, String text) {
    int attribute = out.begin(attributesField);
    out.stringField(AnyValues.KEY_VALUE_KEY, key);
    int value = out.begin(AnyValues.KEY_VALUE_VALUE);
    out.stringField(AnyValues.STRING, text);
    out.end(value);
    out.end(attribute);
  }

  private static Shape logRecord() {
    Shape resourceLogs = requireNonNull(requireNonNull(Shape.LOGS.field(1)).message);
    Shape scopeLogs = requireNonNull(requireNonNull(resourceLogs.field(2)).message);
    return requireNonNull(requireNonNull(scopeLogs.field(2)).message);
  }
}
