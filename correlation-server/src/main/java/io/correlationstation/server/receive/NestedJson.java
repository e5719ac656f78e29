// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a message that is a JSON object, also one that holds another object as text whose quotes
 * are not escaped:
 *
 * <pre>  { "levelName":"ERROR", "message":"{"state": "FAILED", "circuit_name": "…"}" }</pre>
 *
 * <p>The latter is cut from {@code "message":"} to the final <code>" }</code>; both objects are
 * then read on their own. Members of either become fields under their own names, the outer ones
 * first; {@code circuit_name} also becomes {@code circuit_id}.
 */
final class NestedJson {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String MESSAGE = "\"message\":\"";
  private static final String[] MESSAGE_NAMES = {"message", "msg", "body", "log"};
  private static final String[] TIME_NAMES = {"timestamp", "asciTime", "asctime", "time", "ts"};
  private static final String[] LEVEL_NAMES = {"levelName", "levelname", "severity", "level"};

  static {
    MAPPER
        .getFactory()
        .setStreamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(100).build());
  }

  private NestedJson() {}

  static void read(LogLine line, Timestamps timestamps) {
    int start = line.message.indexOf('{');
    if (start < 0 || !line.message.substring(0, start).isBlank()) {
      return;
    }
    String text = line.message.strip();
    JsonNode whole = parse(text);
    if (whole != null) {
      take(whole, line, timestamps);
      return;
    }
    int message = text.indexOf(MESSAGE);
    int end = text.lastIndexOf('"');
    if (message < 0 || end < message + MESSAGE.length() || !text.endsWith("}")) {
      return;
    }
    String inner = text.substring(message + MESSAGE.length(), end);
    JsonNode outer = parse(text.substring(0, message) + "\"\":\"\"" + text.substring(end + 1));
    if (outer != null) {
      take(outer, line, timestamps);
      line.message = inner;
      JsonNode innerObject = parse(inner);
      if (innerObject != null) {
        take(innerObject, line, timestamps);
        line.message = inner;
      }
    }
  }

  private static @Nullable JsonNode parse(String text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      return node.isObject() ? node : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private static void take(JsonNode object, LogLine line, Timestamps timestamps) {
    String time = first(object, TIME_NAMES);
    if (line.timeNanos == 0 && time != null) {
      line.timeNanos = timestamps.parse(time);
    }
    String level = first(object, LEVEL_NAMES);
    if (level != null && line.severityText.isEmpty()) {
      line.severity(level);
    }
    priority(object, line);
    fields(object, line);
    String message = first(object, MESSAGE_NAMES);
    if (message != null) {
      line.message = message;
      JsonNode inner = message.startsWith("{") ? parse(message) : null;
      if (inner != null) {
        fields(inner, line);
      }
    }
  }

  /** The orchestrator's platform logs carry the severity of syslog as {@code priority}. */
  private static void priority(JsonNode object, LogLine line) {
    String priority = LogRecords.text(object.get("priority"));
    if (priority != null && priority.matches("[0-7]") && line.severityNumber == 0) {
      line.severityNumber = Severities.ofSyslog(priority.charAt(0) - '0');
    }
  }

  private static void fields(JsonNode object, LogLine line) {
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      String value = LogRecords.text(member.getValue());
      String key = LineKeys.keyOf(member.getKey());
      if (value == null || member.getKey().isEmpty()) {
        continue;
      }
      if (LineKeys.TRACE_ID.equals(key)) {
        line.traceId = line.traceId == null ? value : line.traceId;
      } else if (key != null && LineKeys.isValue(value)) {
        line.field(key, value);
      }
      if (!isMessage(member.getKey()) && !LineKeys.TRACE_ID.equals(key)) {
        line.field(member.getKey(), value);
      }
    }
  }

  private static boolean isMessage(String name) {
    return name.equals("message") || name.equals("msg");
  }

  private static @Nullable String first(JsonNode object, String[] names) {
    for (String name : names) {
      String value = LogRecords.text(object.get(name));
      if (value != null) {
        return value;
      }
    }
    return null;
  }
}
