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
 * nothing. Its entries as OpenTelemetry sees them are made when they are asked for: when something
 * leaves the process. Changing it gives plain baggage back. Immutable.
 */
final class KeysBaggage implements Baggage {

  private final Correlation keys;
  private final Baggage others;

  /** Made on first use; a race makes it twice, which is harmless. */
  private @Nullable Baggage entries;

  /**
   * @param others what lies below; its entries that have the name of a key count for nothing
   */
  KeysBaggage(Correlation keys, Baggage others) {
    this.keys = keys;
    this.others = others;
  }

  Correlation keys() {
    return keys;
  }

  Baggage others() {
    return others;
  }

  private Baggage entries() {
    Baggage made = entries;
    if (made == null) {
      BaggageBuilder builder = others.toBuilder();
      keys.forEach((key, value) -> builder.put(key.name(), value));
      made = builder.build();
      entries = made;
    }
    return made;
  }

  @Override
  public int size() {
    return others.isEmpty() ? keys.size() : entries().size();
  }

  @Override
  public void forEach(BiConsumer<? super String, ? super BaggageEntry> action) {
    entries().forEach(action);
  }

  @Override
  public Map<String, BaggageEntry> asMap() {
    return entries().asMap();
  }

  @Override
  public @Nullable String getEntryValue(String name) {
    String value = keys.get(name);
    return value == null ? others.getEntryValue(name) : value;
  }

  @Override
  public @Nullable BaggageEntry getEntry(String name) {
    return entries().getEntry(name);
  }

  @Override
  public BaggageBuilder toBuilder() {
    return entries().toBuilder();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KeysBaggage && ((KeysBaggage) other).entries().equals(entries());
  }

  @Override
  public int hashCode() {
    return entries().hashCode();
  }

  @Override
  public String toString() {
    return entries().toString();
  }
}
