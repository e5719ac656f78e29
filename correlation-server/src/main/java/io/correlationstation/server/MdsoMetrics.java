// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import io.correlationstation.mdso.MdsoBridge;
import io.correlationstation.mdso.telemetry.MetricPoint;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The bridge's metrics on {@code /metrics}: {@code mdso.api.calls} becomes {@code
 * mdso_api_calls_total}. Histograms are shown as count and sum; their buckets are in the OTLP
 * metrics the bridge sends.
 */
final class MdsoMetrics {

  private MdsoMetrics() {}

  static void register(MdsoBridge bridge, PrometheusRegistry registry) {
    MultiCollector collector = () -> snapshots(bridge.metrics());
    registry.register(collector);
  }

  private static MetricSnapshots snapshots(List<MetricPoint> points) {
    Map<String, List<MetricPoint>> byName =
        points.stream()
            .collect(Collectors.groupingBy(MetricPoint::name, TreeMap::new, Collectors.toList()));
    MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
    byName.forEach((name, series) -> snapshots.metricSnapshot(snapshot(name, series)));
    return snapshots.build();
  }

  private static MetricSnapshot snapshot(String name, List<MetricPoint> series) {
    String prometheusName = PrometheusNaming.sanitizeMetricName(name.replace('.', '_'));
    return switch (series.get(0).kind()) {
      case COUNTER -> {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(prometheusName);
        series.forEach(
            point ->
                counter.dataPoint(
                    CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(labels(point))
                        .value(point.value())
                        .build()));
        yield counter.build();
      }
      case GAUGE, UP_DOWN_COUNTER -> {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(prometheusName);
        series.forEach(
            point ->
                gauge.dataPoint(
                    GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels(point))
                        .value(point.value())
                        .build()));
        yield gauge.build();
      }
      case HISTOGRAM -> {
        SummarySnapshot.Builder summary = SummarySnapshot.builder().name(prometheusName);
        series.forEach(
            point ->
                summary.dataPoint(
                    SummarySnapshot.SummaryDataPointSnapshot.builder()
                        .labels(labels(point))
                        .count(point.count())
                        .sum(point.value())
                        .build()));
        yield summary.build();
      }
    };
  }

  private static Labels labels(MetricPoint point) {
    Labels.Builder labels = Labels.builder();
    point
        .attributes()
        .forEach(
            (key, value) ->
                labels.label(PrometheusNaming.sanitizeLabelName(key.replace('.', '_')), value));
    return labels.build();
  }
}
