// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.stitch.KeySpec;
import io.correlationstation.server.stitch.KeySpec.LetterCase;
import io.correlationstation.server.stitch.KeyText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds the correlation keys of a span or record, under their plain or {@code mdso.} name. */
final class KeyVocabulary {

  static final String CIRCUIT_ID = "circuit_id";

  /** Keys whose values name one piece of work; the others name a kind of work and join nothing. */
  static final Set<String> IDENTITY_KEYS = Set.of(CIRCUIT_ID, "resource_id", "request_id");

  private static final Map<String, LetterCase> LETTER_CASES =
      KeySpec.defaults().stream().collect(Collectors.toMap(KeySpec::name, KeySpec::letterCase));

  private final List<String> names;

  KeyVocabulary(List<String> correlationKeys, List<String> aliasKeys) {
    names = new ArrayList<>(correlationKeys);
    names.addAll(aliasKeys);
  }

  Set<String> keys() {
    return new LinkedHashSet<>(names);
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
      String value = clean(names.get(i), attribute.apply(2 * i));
      if (value == null) {
        value = clean(names.get(i), attribute.apply(2 * i + 1));
      }
      if (value != null) {
        keys.put(names.get(i), value);
      }
    }
    return keys;
  }

  /** The value as the stitcher compares it, or null when it identifies nothing. */
  static @Nullable String clean(String name, @Nullable String raw) {
    return raw == null
        ? null
        : KeyText.clean(raw, LETTER_CASES.getOrDefault(name, LetterCase.KEPT));
  }

  /** The ways in which an id that a person gave may be kept, the likeliest first. */
  static List<String> spellings(String id) {
    return Stream.of(LetterCase.KEPT, LetterCase.UPPER, LetterCase.LOWER)
        .map(letterCase -> KeyText.clean(id, letterCase))
        .filter(Objects::nonNull)
        .distinct()
        .toList();
  }
}
