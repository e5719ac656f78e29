// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The server's counters once more under the names of the OpenTelemetry Collector's own, so that
 * dashboards made for it show something: {@code otelcol_receiver_accepted_spans_total} and the
 * like. What they count is the same; the labels are {@code receiver} and {@code transport}, or
 * {@code exporter}.
 */
final class CollectorNames implements MultiCollector {

  /**
   * A counter and its other name.
   *
   * @param own without {@code _total}
   * @param prefix of the Collector's name; the signal's item follows
   */
  private record Alias(String own, String prefix) {}

  private static final List<Alias> ALIASES =
      List.of(
          new Alias("corr_receiver_accepted_items", "otelcol_receiver_accepted_"),
          new Alias("corr_receiver_refused_items", "otelcol_receiver_refused_"),
          new Alias("corr_export_delivered_items", "otelcol_exporter_sent_"),
          new Alias("corr_export_dlq_items", "otelcol_exporter_send_failed_"));

  private static final Map<String, String> ITEMS =
      Map.of("traces", "spans", "logs", "log_records", "metrics", "metric_points");

  private final PrometheusRegistry registry;

  private CollectorNames(PrometheusRegistry registry) {
    this.registry = registry;
  }

  static void register(PrometheusRegistry registry) {
    registry.register(new CollectorNames(registry));
  }

  /** All names there may be: the registry asks only for these, and never while we ask it. */
  @Override
  public List<String> getPrometheusNames() {
    List<String> names = new ArrayList<>();
    for (Alias alias : ALIASES) {
      ITEMS.values().forEach(item -> names.add(alias.prefix() + item));
    }
    return names;
  }

  @Override
  public MetricSnapshots collect() {
    MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
    for (Alias alias : ALIASES) {
      Map<String, Map<Labels, Double>> sums = new TreeMap<>();
      for (MetricSnapshot metric : registry.scrape(alias.own()::equals)) {
        ((CounterSnapshot) metric).getDataPoints().forEach(point -> add(point, alias, sums));
      }
      sums.forEach((name, series) -> snapshots.metricSnapshot(counter(name, series)));
    }
    return snapshots.build();
  }

  private static void add(
      CounterDataPointSnapshot point, Alias alias, Map<String, Map<Labels, Double>> sums) {
    String item = ITEMS.get(point.getLabels().get("signal"));
    if (item != null) {
      sums.computeIfAbsent(alias.prefix() + item, name -> new TreeMap<>())
          .merge(labels(point.getLabels()), point.getValue(), Double::sum);
    }
  }

  private static Labels labels(Labels own) {
    String destination = own.get("dest");
    return destination == null
        ? Labels.of("receiver", "otlp", "transport", String.valueOf(own.get("transport")))
        : Labels.of("exporter", destination);
  }

  private static CounterSnapshot counter(String name, Map<Labels, Double> series) {
    CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name);
    series.forEach(
        (labels, value) ->
            counter.dataPoint(
                CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
    return counter.build();
  }
}
