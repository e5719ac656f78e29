// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A place in JSON documents that holds a key. Immutable. */
public final class JsonRule {

  private final String key;
  private final List<String> path;

  JsonRule(String key, List<String> path) {
    this.key = key;
    this.path = path;
  }

  /** Parses {@code circuit_id=/order/circuit/id}; null for anything else. */
  static @Nullable JsonRule parse(String text) {
    int equals = text.indexOf('=');
    String pointer = text.substring(equals + 1).trim();
    if (equals < 1 || pointer.length() < 2 || !pointer.startsWith("/")) {
      return null;
    }
    List<String> path = new ArrayList<>();
    for (String segment : pointer.substring(1).split("/", -1)) {
      path.add(segment.replace("~1", "/").replace("~0", "~"));
    }
    return new JsonRule(text.substring(0, equals).trim(), Collections.unmodifiableList(path));
  }

  /** Name of the key. */
  public String key() {
    return key;
  }

  /** Field names, or indexes of arrays, from the root to the value; at least one. */
  public List<String> path() {
    return path;
  }
}
