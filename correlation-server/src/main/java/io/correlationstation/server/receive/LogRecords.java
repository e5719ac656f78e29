// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.server.otlp.LogBatch;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON log records, as {@code /api/logs} takes them, into a {@link LogBatch}.
 *
 * <p>Every member that is not one of the record's own becomes an attribute; nested objects become
 * attributes with dotted names, arrays their JSON. Keys that the message names are added unless the
 * record has them.
 */
final class LogRecords {

  /** Attribute of a record that got its time from us. */
  static final String TIME_SOURCE = "time_source";

  private static final Set<String> OWN_MEMBERS =
      Set.of("timestamp", "severity", "message", "trace_id", "span_id", "labels");

  private final LogBatch batch;
  private final Secrets secrets;
  private final Timestamps timestamps;
  private final long receivedNanos;
  private boolean stamped;

  LogRecords(LogBatch batch, Secrets secrets, Timestamps timestamps, long receivedNanos) {
    this.batch = batch;
    this.secrets = secrets;
    this.timestamps = timestamps;
    this.receivedNanos = receivedNanos;
  }

  /** Whether a record was given the time of receipt. */
  boolean stamped() {
    return stamped;
  }

  void write(JsonNode record, String message, @Nullable String eventName) {
    Map<String, String> attributes = attributes(record);
    String traceId = text(record.get("trace_id"));
    for (Map.Entry<String, String> key : LineKeys.find(message).entrySet()) {
      if (!key.getKey().equals(LineKeys.TRACE_ID)) {
        attributes.putIfAbsent(key.getKey(), key.getValue());
      } else if (traceId == null) {
        traceId = key.getValue();
      }
    }
    openRecord(record.get("timestamp"));
    if (eventName != null) {
      batch.eventName(eventName);
    }
    severity(record.get("severity"));
    batch.body(secrets.in(message));
    if (traceId != null) {
      batch.traceId(TraceIds.normalise(traceId));
    }
    batch.spanId(text(record.get("span_id")));
    attributes.forEach((name, value) -> batch.attribute(name, secrets.of(name, value)));
    batch.closeRecord();
  }

  private void openRecord(@Nullable JsonNode timestamp) {
    String text = text(timestamp);
    long time = text == null ? 0 : timestamps.parse(text);
    batch.openRecord(time == 0 ? receivedNanos : time, receivedNanos);
    if (time == 0) {
      stamped = true;
      batch.attribute(TIME_SOURCE, "received");
      if (text != null) {
        batch.attribute("timestamp_invalid", text);
      }
    }
  }

  private void severity(@Nullable JsonNode severity) {
    String text = text(severity);
    if (text != null) {
      batch.severity(Severities.number(text), text);
    }
  }

  private static Map<String, String> attributes(JsonNode record) {
    Map<String, String> attributes = new TreeMap<>();
    flatten("", record.path("labels"), attributes);
    record
        .properties()
        .forEach(
            member -> {
              if (!OWN_MEMBERS.contains(member.getKey())) {
                flatten(member.getKey(), member.getValue(), attributes);
              }
            });
    return attributes;
  }

  private static void flatten(String name, JsonNode value, Map<String, String> attributes) {
    if (value.isObject()) {
      String prefix = name.isEmpty() ? "" : name + ".";
      value
          .properties()
          .forEach(member -> flatten(prefix + member.getKey(), member.getValue(), attributes));
    } else if (!value.isNull() && !value.isMissingNode()) {
      attributes.put(name.isEmpty() ? "labels" : name, text(value));
    }
  }

  /** A scalar as it was written, anything else as JSON; null for null. */
  static @Nullable String text(@Nullable JsonNode value) {
    if (value == null || value.isNull() || value.isMissingNode()) {
      return null;
    }
    if (value.isBigDecimal()) {
      return value.decimalValue().toString();
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }
}
