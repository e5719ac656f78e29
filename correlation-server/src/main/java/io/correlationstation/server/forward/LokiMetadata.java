// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Structured metadata of one line: names that Loki can query, in the order given, each once.
 *
 * <p>Two names that become one ({@code a.b} and {@code a_b}) keep both values: the second is called
 * {@code a_b_2}. The same value under the same name is kept once.
 */
final class LokiMetadata {

  private final Map<String, String> entries = new LinkedHashMap<>();
  private int bytes;

  void add(String name, String value) {
    String base = LokiNames.metadata(name);
    String free = base;
    for (int n = 2; entries.containsKey(free); n++) {
      if (value.equals(entries.get(free))) {
        return;
      }
      free = base + "_" + n;
    }
    entries.put(free, value);
    bytes += size(free) + size(value);
  }

  /** Takes the entries from that index on out. */
  Map<String, String> removeFrom(int index) {
    Map<String, String> removed = new LinkedHashMap<>();
    int position = 0;
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      if (position++ >= index) {
        removed.put(entry.getKey(), entry.getValue());
        bytes -= size(entry.getKey()) + size(entry.getValue());
      }
    }
    entries.keySet().removeAll(removed.keySet());
    return removed;
  }

  Map<String, String> entries() {
    return entries;
  }

  int size() {
    return entries.size();
  }

  /** Length of names and values in UTF-8, which is what Loki counts. */
  int bytes() {
    return bytes;
  }

  private static int size(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
