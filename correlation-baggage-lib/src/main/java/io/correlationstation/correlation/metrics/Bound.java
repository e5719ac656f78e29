// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.metrics;

import static java.util.Objects.requireNonNull;

import io.correlationstation.correlation.CorrelationKey;
import io.opentelemetry.api.common.AttributeKey;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An attribute of a metric and which values it may have. Thread-safe; belongs to one metric, as one
 * that was made with {@link #atMost} remembers what it has seen.
 */
public final class Bound {

  /** What a value beyond the bound becomes. */
  public static final String OTHER = "other";

  private static final int MAX_VALUES = 1000;

  private final AttributeKey<String> key;
  private final Set<String> values = ConcurrentHashMap.newKeySet();
  private final AtomicInteger free;

  private Bound(String name, int free) {
    this.key = AttributeKey.stringKey(requireNonNull(name, "name"));
    this.free = new AtomicInteger(free);
  }

  /**
   * An attribute with these values.
   *
   * @throws IllegalArgumentException if the name is that of a correlation key
   */
  public static Bound oneOf(String name, String... values) {
    Bound bound = new Bound(requireNoKey(name), 0);
    bound.values.addAll(Arrays.asList(values));
    return bound;
  }

  /**
   * An attribute with the first so many values that come.
   *
   * @param count 1 to 1000
   * @throws IllegalArgumentException if the name is that of a correlation key, or the count is out
   *     of range
   */
  public static Bound atMost(String name, int count) {
    return new Bound(requireNoKey(name), requireCount(count));
  }

  /** A correlation key after all: the first so many values of it. */
  public static Bound ofKey(CorrelationKey key, int count) {
    return new Bound(key.name(), requireCount(count));
  }

  private static int requireCount(int count) {
    if (count < 1 || count > MAX_VALUES) {
      throw new IllegalArgumentException("count is not 1 to " + MAX_VALUES + ": " + count);
    }
    return count;
  }

  private static String requireNoKey(String name) {
    for (CorrelationKey key : CorrelationKey.declared()) {
      if (key.name().equals(name)) {
        throw new IllegalArgumentException(
            name + " is a correlation key: a series for each of its values would have no end");
      }
    }
    return name;
  }

  AttributeKey<String> key() {
    return key;
  }

  /** Returns the value itself or {@link #OTHER}; the same string for the same value. */
  String admit(@Nullable String value) {
    if (value == null) {
      return OTHER;
    }
    if (values.contains(value)) {
      return value;
    }
    return learn(value) ? value : OTHER;
  }

  private boolean learn(String value) {
    if (free.get() <= 0) {
      return false;
    }
    if (free.decrementAndGet() < 0) {
      free.incrementAndGet();
      return values.contains(value);
    }
    if (!values.add(value)) {
      free.incrementAndGet(); // another thread was first with the same value
    }
    return true;
  }
}
