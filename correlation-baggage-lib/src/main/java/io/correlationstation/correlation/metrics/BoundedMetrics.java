// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.metrics;

import static java.util.Objects.requireNonNull;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.common.Attributes;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Counters, histograms and gauges whose attributes are declared beforehand, with their values or
 * with how many of them there may be.
 *
 * <pre>{@code
 * static final BoundedMetrics.Counter ORDERS =
 *     BoundedMetrics.counter(
 *         "orders.placed", "{order}", Bound.oneOf("service_type", "FIA", "ELINE"), Bound.atMost("region", 20));
 *
 * ORDERS.add(1, "FIA", "west");
 * }</pre>
 *
 * <p>Attribute values are given in the order of their bounds. A value beyond its bound becomes
 * {@code other} and is counted in {@code correlation.metric.values.other} with {@code metric} and
 * {@code attribute}, so a metric never has more series than the product of its bounds. A
 * correlation key is refused as an attribute: one series per circuit is what traces are for; {@link
 * Bound#ofKey} is the way around for those who know that there are few.
 *
 * <p>Make them once, as constants. Thread-safe; they do nothing without an SDK or agent. A call
 * with the wrong number of values is counted under {@code other} in what is missing; it never
 * throws.
 */
public final class BoundedMetrics {

  private BoundedMetrics() {}

  /** Something that only grows. */
  public static Counter counter(String name, String unit, Bound... attributes) {
    return new Counter(name, unit, attributes);
  }

  /** Something that grows and shrinks by steps, such as work in progress. */
  public static UpDownCounter upDownCounter(String name, String unit, Bound... attributes) {
    return new UpDownCounter(name, unit, attributes);
  }

  /** How values are distributed, such as durations in {@code s}. */
  public static Histogram histogram(String name, String unit, Bound... attributes) {
    return new Histogram(name, unit, attributes);
  }

  /** A value as it is now, such as a temperature or a queue's length. */
  public static Gauge gauge(String name, String unit, Bound... attributes) {
    return new Gauge(name, unit, attributes);
  }

  /** See {@link BoundedMetrics#counter}. */
  public static final class Counter {

    private final Instrument<Long> instrument;

    private Counter(String name, String unit, Bound... attributes) {
      instrument =
          new Instrument<>(
              name,
              attributes,
              telemetry -> telemetry.meter().counterBuilder(name).setUnit(unit).build()::add);
    }

    /** Adds; a negative amount is left out. */
    public void add(long amount, String... attributeValues) {
      if (amount >= 0) {
        instrument.record(amount, attributeValues);
      }
    }
  }

  /** See {@link BoundedMetrics#upDownCounter}. */
  public static final class UpDownCounter {

    private final Instrument<Long> instrument;

    private UpDownCounter(String name, String unit, Bound... attributes) {
      instrument =
          new Instrument<>(
              name,
              attributes,
              telemetry -> telemetry.meter().upDownCounterBuilder(name).setUnit(unit).build()::add);
    }

    public void add(long amount, String... attributeValues) {
      instrument.record(amount, attributeValues);
    }
  }

  /** See {@link BoundedMetrics#histogram}. */
  public static final class Histogram {

    private final Instrument<Double> instrument;

    private Histogram(String name, String unit, Bound... attributes) {
      instrument =
          new Instrument<>(
              name,
              attributes,
              telemetry -> telemetry.meter().histogramBuilder(name).setUnit(unit).build()::record);
    }

    public void record(double value, String... attributeValues) {
      instrument.record(value, attributeValues);
    }
  }

  /** See {@link BoundedMetrics#gauge}. */
  public static final class Gauge {

    private final Instrument<Double> instrument;

    private Gauge(String name, String unit, Bound... attributes) {
      instrument =
          new Instrument<>(
              name,
              attributes,
              telemetry -> telemetry.meter().gaugeBuilder(name).setUnit(unit).build()::set);
    }

    public void set(double value, String... attributeValues) {
      instrument.record(value, attributeValues);
    }
  }

  /** An instrument of OpenTelemetry, made anew when the telemetry is another. */
  private static final class Instrument<V> {

    private final BoundedAttributes attributes;
    private final Function<CurrentTelemetry, BiConsumer<V, Attributes>> maker;
    private final AtomicReference<@Nullable Made<V>> latest = new AtomicReference<>();

    Instrument(
        String name,
        Bound[] attributes,
        Function<CurrentTelemetry, BiConsumer<V, Attributes>> maker) {
      this.attributes = new BoundedAttributes(requireNonNull(name, "name"), attributes);
      this.maker = maker;
    }

    void record(V value, String... attributeValues) {
      CurrentTelemetry telemetry = CurrentTelemetry.get();
      if (telemetry.isOff()) {
        return;
      }
      Made<V> made = latest.get();
      if (made == null || made.telemetry != telemetry) {
        made = new Made<>(telemetry, maker.apply(telemetry));
        latest.set(made);
      }
      made.sink.accept(value, attributes.of(attributeValues));
    }
  }

  private static final class Made<V> {

    private final CurrentTelemetry telemetry;
    private final BiConsumer<V, Attributes> sink;

    Made(CurrentTelemetry telemetry, BiConsumer<V, Attributes> sink) {
      this.telemetry = telemetry;
      this.sink = sink;
    }
  }
}
