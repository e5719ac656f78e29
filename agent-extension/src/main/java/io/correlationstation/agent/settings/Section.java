// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Nested maps of a declarative file as properties. */
final class Section {

  private Section() {}

  static void flatten(String path, @Nullable Object value, Map<String, String> flat) {
    if (value instanceof Map) {
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        String name = String.valueOf(entry.getKey());
        flatten(path.isEmpty() ? name : path + "." + name, entry.getValue(), flat);
      }
    } else if (value instanceof List) {
      List<String> items = new ArrayList<>();
      for (Object item : (List<?>) value) {
        items.add(String.valueOf(item));
      }
      flat.put(Settings.PREFIX + path, String.join(",", items));
    } else if (value != null && !path.isEmpty()) {
      flat.put(Settings.PREFIX + path, String.valueOf(value));
    }
  }
}
