// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.correlationstation.agent.settings.KeySettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys that are carried, in their order. Immutable. */
public final class Keys {

  private final Key[] keys;
  private final Map<String, Key> byName = new HashMap<>();
  private final List<String> headers;

  Keys(List<KeySettings> settings) {
    keys = new Key[settings.size()];
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < keys.length; i++) {
      keys[i] = new Key(i, settings.get(i));
      byName.put(keys[i].name(), keys[i]);
      sent.add(keys[i].header());
    }
    headers = Collections.unmodifiableList(sent);
  }

  public int size() {
    return keys.length;
  }

  /** The key at an index below {@link #size()}. */
  public Key get(int index) {
    return keys[index];
  }

  /** Returns the key of that name, or null when there is none. */
  public @Nullable Key named(String name) {
    return byName.get(name);
  }

  /** Length in characters of the longest value that any key may have. */
  public int maxLength() {
    int longest = 0;
    for (Key key : keys) {
      longest = Math.max(longest, key.maxLength());
    }
    return longest;
  }

  /** Length in characters of all values together when each is as long as it may be. */
  long maxLengths() {
    long sum = 0;
    for (Key key : keys) {
      sum += key.maxLength();
    }
    return sum;
  }

  /** The headers that are sent. */
  List<String> headers() {
    return headers;
  }
}
