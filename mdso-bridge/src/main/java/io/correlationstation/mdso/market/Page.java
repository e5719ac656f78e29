// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing. Items are read one at a time, so that a page costs its bytes and what
 * {@code reader} keeps, not a tree of everything.
 *
 * @param itemCount items on the page, those that the reader turned down included
 * @param nextPageToken null when there is none
 */
record Page<T>(List<T> items, int itemCount, @Nullable String nextPageToken) {

  /**
   * Reads {@code {"items":[…],"nextPageToken":…}}.
   *
   * @param reader returns null to leave an item out
   * @throws IOException when the bytes are no such page
   */
  static <T> Page<T> parse(byte[] json, Function<JsonNode, @Nullable T> reader) throws IOException {
    List<T> items = new ArrayList<>();
    int itemCount = 0;
    String next = null;
    try (JsonParser parser = Json.MAPPER.getFactory().createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the answer is no JSON object");
      }
      boolean found = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("items") && value == JsonToken.START_ARRAY) {
          found = true;
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            itemCount++;
            T item = reader.apply(parser.readValueAsTree());
            if (item != null) {
              items.add(item);
            }
          }
        } else if (name.equals("nextPageToken")) {
          next = value == JsonToken.VALUE_NULL ? null : parser.getText();
        } else {
          parser.skipChildren();
        }
      }
      if (!found) {
        throw new IOException("the answer has no items");
      }
    }
    return new Page<>(items, itemCount, next == null || next.isBlank() ? null : next);
  }
}
