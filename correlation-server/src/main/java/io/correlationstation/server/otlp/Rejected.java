// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The items of a request that were left out.
 *
 * @param reasons the first few different reasons, for the sender
 * @param byKind how many items by kind of reason: {@code bytes}, {@code utf8}, {@code depth},
 *     {@code oneof}, {@code id}, {@code value}
 */
public record Rejected(List<String> reasons, Map<String, Integer> byKind) {

  public static final Rejected NONE = new Rejected(List.of(), Map.of());

  /** Nothing was rejected, but the sender should know something. */
  public static Rejected warning(String text) {
    return new Rejected(List.of(text), Map.of());
  }

  static final int MAX_REASONS = 10;

  public Rejected {
    reasons = List.copyOf(reasons);
    byKind = Map.copyOf(byKind);
  }

  public int items() {
    return byKind.values().stream().mapToInt(Integer::intValue).sum();
  }

  public Rejected plus(Rejected other) {
    if (other.reasons.isEmpty()) {
      return this;
    }
    Set<String> allReasons = new LinkedHashSet<>(reasons);
    allReasons.addAll(other.reasons);
    Map<String, Integer> all = new TreeMap<>(byKind);
    other.byKind.forEach((kind, items) -> all.merge(kind, items, Integer::sum));
    return new Rejected(allReasons.stream().limit(MAX_REASONS).toList(), all);
  }

  /** For the sender, at most a few hundred characters; empty when there is nothing to say. */
  public String message() {
    String all = String.join("; ", reasons);
    return byKind.isEmpty() ? all : items() + " rejected: " + all;
  }
}
