// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
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
    boolean[] found = {false};
    JsonBodies.stream(
        body,
        parser -> {
          while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean streams = parser.currentName().equals("streams");
            if (parser.nextToken() == JsonToken.START_ARRAY && streams) {
              found[0] = true;
              streams(parser, push);
            } else {
              parser.skipChildren();
            }
          }
        });
    if (!found[0]) {
      throw Refusal.badRequest("streams is missing or not an array");
    }
  }

  private static void streams(JsonParser parser, LokiPush push) throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        stream(parser, push);
      } else {
        parser.skipChildren();
        push.unreadable();
      }
    }
  }

  /** Entries are read one by one when the labels come before them, as every client writes it. */
  private static void stream(JsonParser parser, LokiPush push) throws IOException {
    Map<String, String> labels = Map.of();
    JsonNode early = null;
    boolean named = false;
    boolean valued = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String member = parser.currentName();
      parser.nextToken();
      if (member.equals("stream")) {
        labels = texts(JsonBodies.tree(parser));
        named = true;
      } else if (!member.equals("values")) {
        parser.skipChildren();
      } else if (named && labels != null && parser.currentToken() == JsonToken.START_ARRAY) {
        valued = true;
        entries(parser, labels, push);
      } else {
        early = JsonBodies.tree(parser);
      }
    }
    if (!valued) {
      stream(labels, early, push);
    }
  }

  private static void entries(JsonParser parser, Map<String, String> labels, LokiPush push)
      throws IOException {
    push.openStream(labels);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      entry(JsonBodies.tree(parser), push);
    }
    push.closeStream();
  }

  private static void stream(
      @Nullable Map<String, String> labels, @Nullable JsonNode values, LokiPush push) {
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
