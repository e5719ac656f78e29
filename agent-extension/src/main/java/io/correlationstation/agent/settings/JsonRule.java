// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import java.util.List;

/** A place in JSON documents that holds a key. Immutable. */
public final class JsonRule {

  private final String key;
  private final List<String> path;

  JsonRule(String key, List<String> path) {
    this.key = key;
    this.path = path;
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
