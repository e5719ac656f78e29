// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * What happened to keys, as metrics of the agent. Attributes come from fixed sets, never from a
 * request. Counting works before the agent has a meter, and allocates nothing for discoveries.
 */
public final class Counters {

  private final Keys keys;
  private final AtomicLongArray discovered; // the keys of one source side by side
  private final AtomicLongArray conflicts;
  private final Map<Attributes, LongAdder> rejected = new ConcurrentHashMap<>();
  private final Map<Attributes, LongAdder> denied = new ConcurrentHashMap<>();

  Counters(Keys keys) {
    this.keys = keys;
    this.discovered = new AtomicLongArray(keys.size() * Source.COUNT);
    this.conflicts = new AtomicLongArray(keys.size());
  }

  /** Two sources disagreed on a key. */
  void conflict(Key key) {
    conflicts.incrementAndGet(key.index());
  }

  /** A request got a key that it did not have. */
  void discovered(Key key, Source source) {
    discovered.incrementAndGet(source.ordinal() * keys.size() + key.index());
  }

  /**
   * A value was dropped because of {@code pattern}, {@code length} or {@code bytes}. Their count
   * cannot be too large: there are no more than the keys that are set, each with one value.
   */
  void rejected(Key key, String reason) {
    add(rejected, Attributes.builder().put("key", key.name()).put("reason", reason).build());
  }

  /**
   * Keys were held back from a destination of kind {@code http}, {@code rpc}, {@code messaging}.
   */
  public void denied(String kind) {
    add(denied, Attributes.builder().put("kind", kind).build());
  }

  private static void add(Map<Attributes, LongAdder> series, Attributes attributes) {
    series.computeIfAbsent(attributes, unused -> new LongAdder()).increment();
  }

  /** Shows all counters through a meter from now on. */
  public void register(Meter meter) {
    show(meter, "correlation.discovered", "Keys that requests got", this::showDiscovered);
    show(meter, "correlation.conflicts", "Values that lost to another source", this::showConflicts);
    show(meter, "correlation.values.rejected", "Values that were not taken", showing(rejected));
    show(
        meter, "correlation.egress.denied", "Calls that keys were held back from", showing(denied));
    show(meter, "correlation.failures", "Failures inside the extension", Failures::show);
  }

  private static void show(
      Meter meter, String name, String description, Consumer<ObservableLongMeasurement> values) {
    meter.counterBuilder(name).setDescription(description).buildWithCallback(values);
  }

  private static Consumer<ObservableLongMeasurement> showing(Map<Attributes, LongAdder> series) {
    return out -> series.forEach((attributes, sum) -> out.record(sum.sum(), attributes));
  }

  private void showDiscovered(ObservableLongMeasurement out) {
    for (int i = 0; i < discovered.length(); i++) {
      long sum = discovered.get(i);
      if (sum > 0) {
        String key = keys.get(i % keys.size()).name();
        String source = Source.values()[i / keys.size()].label();
        out.record(sum, Attributes.builder().put("key", key).put("source", source).build());
      }
    }
  }

  private void showConflicts(ObservableLongMeasurement out) {
    for (int i = 0; i < conflicts.length(); i++) {
      long sum = conflicts.get(i);
      if (sum > 0) {
        out.record(sum, Attributes.builder().put("key", keys.get(i).name()).build());
      }
    }
  }
}
