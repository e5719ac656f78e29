// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads Loki's JSON push: <code>
 * {"streams": [{"stream": {…}, "values": [["&lt;ns&gt;", "line", {…}?]]}]}</code>. As Loki does,
 * takes a time only as a text.
 */
final class LokiJson {

  private LokiJson() {}

  static void read(byte[] body, LokiPush push) throws Refusal {
    JsonNode streams = JsonBodies.object(body).get("streams");
    if (streams == null || !streams.isArray()) {
      throw Refusal.badRequest("streams is missing or not an array");
    }
    for (JsonNode stream : streams) {
      stream(stream, push);
    }
  }

  private static void stream(JsonNode stream, LokiPush push) {
    Map<String, String> labels = texts(stream.get("stream"));
    JsonNode values = stream.get("values");
    if (labels == null || values == null || !values.isArray()) {
      push.unreadable();
      return;
    }
    push.openStream(labels);
    for (JsonNode entry : values) {
      entry(entry, push);
    }
    push.closeStream();
  }

  private static void entry(JsonNode entry, LokiPush push) {
    JsonNode time = entry.path(0);
    JsonNode line = entry.path(1);
    Map<String, String> metadata = entry.size() > 2 ? texts(entry.get(2)) : Map.of();
    long nanos = time.isTextual() ? nanos(time.asText()) : -1;
    if (!line.isTextual() || metadata == null || nanos < 0) {
      push.unreadable();
    } else {
      push.entry(nanos, line.asText(), metadata);
    }
  }

  private static long nanos(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** Members of an object of texts; null when it is something else, empty when it is absent. */
  private static @Nullable Map<String, String> texts(@Nullable JsonNode object) {
    Map<String, String> texts = new LinkedHashMap<>();
    if (object == null || object.isNull()) {
      return texts;
    }
    if (!object.isObject()) {
      return null;
    }
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      if (!member.getValue().isTextual()) {
        return null;
      }
      texts.put(member.getKey(), member.getValue().asText());
    }
    return texts;
  }
}
