// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.correlationstation.agent.settings.KeySettings;
import io.opentelemetry.api.baggage.Baggage;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys that are carried, in their order. Immutable.
 *
 * <p>A request has few of them, and at the rate of most services memory is cold when it arrives. So
 * what is asked of all of them is answered here, and a {@link Key} is looked into only when there
 * is a value for it.
 */
public final class Keys {

  private final Key[] keys;
  private final String[] sentHeaders; // in an array, so that collectors put them side by side
  private final boolean anyFurtherHeaders;
  private final Map<String, Key> byName = new HashMap<>();
  private final List<String> headers;

  Keys(List<KeySettings> settings) {
    keys = new Key[settings.size()];
    sentHeaders = new String[keys.length];
    boolean further = false;
    for (int i = 0; i < keys.length; i++) {
      keys[i] = new Key(i, settings.get(i));
      byName.put(keys[i].name(), keys[i]);
      sentHeaders[i] = keys[i].header();
      further |= keys[i].furtherHeaders().length > 0;
    }
    anyFurtherHeaders = further;
    headers = Collections.unmodifiableList(Arrays.asList(sentHeaders));
  }

  public int size() {
    return keys.length;
  }

  /** The key at an index below {@link #size()}. */
  public Key get(int index) {
    return keys[index];
  }

  /** The header that is sent for the key at an index. */
  String header(int index) {
    return sentHeaders[index];
  }

  /** Whether any key may come in another header than the one that is sent. */
  boolean anyFurtherHeaders() {
    return anyFurtherHeaders;
  }

  /**
   * Returns the value of the key at an index, or null: what the baggage says where somebody has
   * scoped the key, else what the request has. It is safe as a header value.
   */
  @Nullable String valueAt(int index, @Nullable RequestKeys request, Baggage baggage) {
    if (request != null && request.cameWith(baggage)) {
      return request.get(index);
    }
    String scoped = inBaggage(index, request, baggage);
    if (scoped == null) {
      return request == null ? null : request.get(index);
    }
    if (request != null && scoped.equals(request.inBaggage(index))) {
      return request.get(index);
    }
    return keys[index].refusal(scoped) == null ? scoped : null;
  }

  /** Returns what a context's baggage has for the key at an index, or null. */
  @Nullable String inBaggage(int index, @Nullable RequestKeys request, Baggage baggage) {
    if (request != null && request.cameWith(baggage)) {
      return request.inBaggage(index);
    }
    return baggage.isEmpty() ? null : baggage.getEntryValue(keys[index].name());
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
