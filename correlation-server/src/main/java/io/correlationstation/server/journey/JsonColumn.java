// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Columns that hold a list or a map as JSON, which nothing but this class writes: a few short texts
 * each, for which a general writer takes longer to set up than to write.
 */
final class JsonColumn {

  private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final ObjectReader LIST = JSON.readerFor(new TypeReference<List<String>>() {});
  private static final ObjectReader TEXTS =
      JSON.readerFor(new TypeReference<LinkedHashMap<String, String>>() {});
  private static final ObjectReader TIMES =
      JSON.readerFor(new TypeReference<LinkedHashMap<String, Map<String, Long>>>() {});

  private JsonColumn() {}

  /** The text as it stands in a list. */
  static String ofText(String text) {
    StringBuilder json = new StringBuilder();
    quote(json, text);
    return json.toString();
  }

  static String ofList(Collection<String> texts) {
    StringBuilder json = new StringBuilder("[");
    for (String text : texts) {
      quote(json, text);
      json.append(',');
    }
    close(json, ']');
    return json.toString();
  }

  static String ofTexts(Map<String, String> texts) {
    StringBuilder json = new StringBuilder();
    object(json, texts, JsonColumn::quote);
    return json.toString();
  }

  /** An object for each key, with its values and when each was seen first. */
  static String ofTimes(KeyTimes times) {
    StringBuilder json = new StringBuilder("{");
    String[] open = {null};
    times.forEach(
        (name, value, firstNanos) -> {
          if (!name.equals(open[0])) {
            if (open[0] != null) {
              close(json, '}');
              json.append(',');
            }
            quote(json, name);
            json.append(":{");
            open[0] = name;
          }
          quote(json, value);
          json.append(':').append(firstNanos).append(',');
        });
    if (open[0] != null) {
      close(json, '}');
    }
    return json.append('}').toString();
  }

  private static <T> void object(
      StringBuilder json, Map<String, T> members, BiConsumer<StringBuilder, T> value) {
    json.append('{');
    members.forEach(
        (name, member) -> {
          quote(json, name);
          json.append(':');
          value.accept(json, member);
          json.append(',');
        });
    close(json, '}');
  }

  private static void quote(StringBuilder json, String text) {
    json.append('"');
    ENCODER.quoteAsString(text, json);
    json.append('"');
  }

  /** In place of the comma after the last element, if there is one. */
  private static void close(StringBuilder json, char bracket) {
    int last = json.length() - 1;
    if (json.charAt(last) == ',') {
      json.setCharAt(last, bracket);
    } else {
      json.append(bracket);
    }
  }

  static List<String> list(String json) {
    return read(json, LIST);
  }

  static Map<String, String> texts(String json) {
    return read(json, TEXTS);
  }

  /** Key → its values and when each was seen first. */
  static Map<String, Map<String, Long>> times(String json) {
    return read(json, TIMES);
  }

  private static <T> T read(String json, ObjectReader reader) {
    try {
      return reader.readValue(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not what was written", e);
    }
  }
}
