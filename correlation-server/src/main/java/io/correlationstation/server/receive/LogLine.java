// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was read from one line of text; filled part by part while it is parsed. */
final class LogLine {

  /** Nanoseconds since the epoch, 0 when the line names no time. */
  long timeNanos;

  /** 1 to 24, 0 when the line names no severity. */
  int severityNumber;

  String severityText = "";

  /** What is left when the parts before it are taken off. */
  String message;

  /** Application that wrote the line, or null. */
  @Nullable String app;

  @Nullable String traceId;

  final Map<String, String> fields = new LinkedHashMap<>();

  LogLine(String line) {
    message = line;
  }

  void severity(String text) {
    severityText = text;
    severityNumber = Severities.number(text);
  }

  void field(String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      fields.putIfAbsent(name, value);
    }
  }
}
