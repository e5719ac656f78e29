// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the correlation keys of a span or record, under their plain or {@code mdso.} name. */
final class KeyVocabulary {

  static final String CIRCUIT_ID = "circuit_id";

  /** Keys whose values name one piece of work; the others name a kind of work and join nothing. */
  static final Set<String> IDENTITY_KEYS = Set.of(CIRCUIT_ID, "resource_id", "request_id");

  private static final int MAX_VALUE_CHARS = 256;
  private static final String TRAILING_PUNCTUATION = ",;)\"'";
  private static final Set<String> JUNK =
      Set.of("", "-", "0", "n/a", "na", "nil", "none", "null", "undefined", "unknown");

  private static final int MAX_JUNK_CHARS =
      JUNK.stream().mapToInt(String::length).max().orElseThrow();

  private final List<String> names;

  KeyVocabulary(List<String> correlationKeys, List<String> aliasKeys) {
    names = new ArrayList<>(correlationKeys);
    names.addAll(aliasKeys);
  }

  /** Each key's plain name, then its other one, in the order that {@link #find} counts them. */
  List<String> attributeNames() {
    return names.stream().flatMap(name -> Stream.of(name, "mdso." + name)).toList();
  }

  /**
   * The keys present.
   *
   * @param found a bit for each of {@link #attributeNames} that there is
   * @param attribute gives the value of the attribute of that number, or null
   */
  Map<String, String> find(long found, IntFunction<@Nullable String> attribute) {
    if ((found & (1L << 2 * names.size()) - 1) == 0) {
      return Map.of();
    }
    Map<String, String> keys = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      String value = clean(attribute.apply(2 * i));
      if (value == null) {
        value = clean(attribute.apply(2 * i + 1));
      }
      if (value != null) {
        keys.put(names.get(i), value);
      }
    }
    return keys;
  }

  /** The value without what surrounds it in text, or null when it identifies nothing. */
  static @Nullable String clean(@Nullable String raw) {
    if (raw == null) {
      return null;
    }
    String value = raw.strip();
    int end = value.length();
    while (end > 0 && TRAILING_PUNCTUATION.indexOf(value.charAt(end - 1)) >= 0) {
      end--;
    }
    value = value.substring(0, end);
    boolean junk =
        value.length() > MAX_VALUE_CHARS
            || (value.length() <= MAX_JUNK_CHARS && JUNK.contains(value.toLowerCase(Locale.ROOT)));
    return junk ? null : value;
  }
}
