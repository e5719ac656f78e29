// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/** The {@code corr_wal_*} metrics of one journal. */
final class JournalMetrics {

  private static final double[] LATENCY_BOUNDS = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5
  };

  private final PrometheusRegistry registry;
  private final List<Collector> collectors = new ArrayList<>();

  final Histogram appendSeconds;
  final Histogram fsyncSeconds;
  final Counter appendedFrames;
  final Counter appendedBytes;
  private final Counter appendedItems;
  final Counter refused;
  final Counter failures;
  final Counter damages;
  final Counter damagedBytes;
  final Counter lostFrames;
  final Counter cursorResets;

  JournalMetrics(PrometheusRegistry registry) {
    this.registry = registry;
    appendSeconds = histogram("corr_wal_append_seconds", "Time from append to durable.");
    fsyncSeconds = histogram("corr_wal_fsync_seconds", "Time of one force; its count is forces.");
    appendedFrames = counter("corr_wal_appended_frames_total", "Frames made durable.");
    appendedBytes = counter("corr_wal_appended_bytes_total", "Bytes made durable.");
    appendedItems =
        counter("corr_wal_appended_items_total", "Items made durable.", "signal", "origin");
    refused = counter("corr_wal_refused_frames_total", "Frames not taken.", "reason");
    failures = counter("corr_wal_failures_total", "Failed disk operations.", "operation");
    damages = counter("corr_wal_damages_total", "Damaged places, each set aside.", "kind");
    damagedBytes = counter("corr_wal_damaged_bytes_total", "Bytes in damaged places.", "kind");
    lostFrames = counter("corr_wal_lost_frames_total", "Numbered frames that are not there.");
    cursorResets = counter("corr_wal_cursor_resets_total", "Cursors set anew.", "dest", "reason");
  }

  /** The items of a frame are durable; {@code origin} is the part that wrote it itself. */
  void appended(Frame frame) {
    String origin = frame.headers().getOrDefault(Frame.ORIGIN, "received");
    appendedItems
        .labelValues(frame.signal().name().toLowerCase(Locale.ROOT), origin)
        .inc(frame.items());
  }

  void gauge(String name, String help, DoubleSupplier value) {
    keep(
        GaugeWithCallback.builder()
            .name(name)
            .help(help)
            .callback(callback -> callback.call(value.getAsDouble()))
            .register(registry));
  }

  void gaugePerCursor(String name, String help, Consumer<GaugeWithCallback.Callback> values) {
    keep(
        GaugeWithCallback.builder()
            .name(name)
            .help(help)
            .labelNames("dest")
            .callback(values)
            .register(registry));
  }

  /** Takes the metrics out of the registry, so that the journal can be opened again. */
  void unregister() {
    collectors.forEach(registry::unregister);
  }

  private Histogram histogram(String name, String help) {
    return keep(
        Histogram.builder()
            .name(name)
            .help(help)
            .classicOnly()
            .classicUpperBounds(LATENCY_BOUNDS)
            .register(registry));
  }

  private Counter counter(String name, String help, String... labels) {
    return keep(Counter.builder().name(name).help(help).labelNames(labels).register(registry));
  }

  private <C extends Collector> C keep(C collector) {
    collectors.add(collector);
    return collector;
  }
}
