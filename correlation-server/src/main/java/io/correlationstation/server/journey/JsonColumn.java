// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Columns that hold a list or a map as JSON, which nothing but this class writes. */
final class JsonColumn {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<List<String>> LIST = new TypeReference<>() {};
  private static final TypeReference<LinkedHashMap<String, String>> TEXTS =
      new TypeReference<>() {};
  private static final TypeReference<LinkedHashMap<String, Map<String, Long>>> TIMES =
      new TypeReference<>() {};

  private JsonColumn() {}

  /**
   * @param value of texts and numbers
   */
  static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts and numbers are always writable", e);
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

  private static <T> T read(String json, TypeReference<T> type) {
    try {
      return JSON.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not what was written", e);
    }
  }
}
