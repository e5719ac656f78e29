// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.baggage.BaggageEntry;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Baggage that knows which of its entries are correlation keys, so that reading them again costs
 * nothing. Everything else is left to the baggage inside; changing it gives plain baggage back.
 * Immutable.
 */
final class KeysBaggage implements Baggage {

  private final Baggage entries;
  private final Correlation keys;

  private KeysBaggage(Baggage entries, Correlation keys) {
    this.entries = entries;
    this.keys = keys;
  }

  /** These keys and nothing else. */
  static KeysBaggage of(Correlation keys) {
    return on(Baggage.empty(), keys, keys);
  }

  /** Puts keys on top of other baggage. */
  static KeysBaggage on(Baggage below, Correlation added, Correlation all) {
    BaggageBuilder builder = below.toBuilder();
    added.forEach((key, value) -> builder.put(key.name(), value));
    return new KeysBaggage(builder.build(), all);
  }

  Correlation keys() {
    return keys;
  }

  boolean holdsOnlyKeys() {
    return entries.size() == keys.size();
  }

  @Override
  public int size() {
    return entries.size();
  }

  @Override
  public void forEach(BiConsumer<? super String, ? super BaggageEntry> action) {
    entries.forEach(action);
  }

  @Override
  public Map<String, BaggageEntry> asMap() {
    return entries.asMap();
  }

  @Override
  public @Nullable String getEntryValue(String name) {
    return entries.getEntryValue(name);
  }

  @Override
  public @Nullable BaggageEntry getEntry(String name) {
    return entries.getEntry(name);
  }

  @Override
  public BaggageBuilder toBuilder() {
    return entries.toBuilder();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KeysBaggage && ((KeysBaggage) other).entries.equals(entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  @Override
  public String toString() {
    return entries.toString();
  }
}
