// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.telemetry;

import io.correlationstation.mdso.OtlpSink;
import io.correlationstation.mdso.telemetry.MetricPoint.Kind;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The metrics of the bridge by their contract names, cumulative since the start, as points for a
 * scrape and as OTLP for the sink.
 *
 * <p>Shape: every attribute value comes from a closed set (product types, route templates, status
 * codes, rule codes, product names of resource types), so series are bounded by configuration; past
 * {@value #MAX_SERIES} series new ones fold into one with the values {@code other}. Thread-safe.
 */
public final class BridgeMetrics {

  private static final int MAX_SERIES = 2000;
  private static final String OTHER = "other";

  /** Upper bounds of {@code mdso.log_collection.duration}, in seconds. */
  private static final List<Double> DURATION_BOUNDS =
      List.of(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0);

  private final Clock clock;
  private final Resource resource;
  private final long startNanos;
  private final Map<String, Series> series = new TreeMap<>();

  public BridgeMetrics(Clock clock, String environment) {
    this.clock = clock;
    this.resource = Otlp.ownResource(environment);
    this.startNanos = Otlp.nanos(clock.instant());
  }

  public void apiCall(String endpoint, String statusCode) {
    add(Kind.COUNTER, "mdso.api.calls", 1, "endpoint", endpoint, "status_code", statusCode);
  }

  public void logsCollected(String productType, String status, long count) {
    add(Kind.COUNTER, "mdso.logs.collected", count, "product_type", productType, "status", status);
  }

  public void errorDetected(String code, String productName) {
    add(Kind.COUNTER, "mdso.errors.detected", 1, "defect_code", code, "product_name", productName);
  }

  public void circuitsProcessing(int change) {
    add(Kind.UP_DOWN_COUNTER, "mdso.circuits.processing", change);
  }

  /** {@code reason} is {@code started} or {@code ended}: the half that was found. */
  public void unmatched(String reason, long count) {
    add(Kind.COUNTER, "mdso.tracelog.unmatched", count, "reason", reason);
  }

  public void traceLogSkipped(String reason) {
    add(Kind.COUNTER, "mdso.tracelogs.skipped", 1, "reason", reason);
  }

  public void pagingAborted(String productType) {
    add(Kind.COUNTER, "mdso.paging.aborted", 1, "product_type", productType);
  }

  /** {@code outcome} is {@code taken} or {@code refused}. */
  public void rulesReloaded(String outcome) {
    add(Kind.COUNTER, "mdso.rules.reloads", 1, "outcome", outcome);
  }

  public void collectionLag(String productType, double seconds) {
    set("mdso.collection.lag", seconds, "product_type", productType);
  }

  /** Seconds since the epoch. */
  public void lastSuccess(String productType, double epochSeconds) {
    set("mdso.collection.last_success", epochSeconds, "product_type", productType);
  }

  public synchronized void collectionDuration(String productType, double seconds) {
    Series target =
        series(Kind.HISTOGRAM, "mdso.log_collection.duration", "product_type", productType);
    int bucket = 0;
    while (bucket < DURATION_BOUNDS.size() && seconds > DURATION_BOUNDS.get(bucket)) {
      bucket++;
    }
    target.buckets[bucket]++;
    target.count++;
    target.value += seconds;
  }

  /** All series, ordered by name and attributes. */
  public synchronized List<MetricPoint> points() {
    List<MetricPoint> points = new ArrayList<>(series.size());
    for (Series each : series.values()) {
      points.add(each.point());
    }
    return points;
  }

  /** Bounds of the buckets of a histogram's points. */
  public static List<Double> durationBounds() {
    return DURATION_BOUNDS;
  }

  /** Sends the state of all series. */
  public void export(OtlpSink sink) throws IOException {
    byte[] request = encode(points());
    if (request.length > 0) {
      sink.metrics(request);
    }
  }

  private synchronized void add(Kind kind, String name, double value, String... attributes) {
    series(kind, name, attributes).value += value;
  }

  private synchronized void set(String name, double value, String... attributes) {
    series(Kind.GAUGE, name, attributes).value = value;
  }

  private Series series(Kind kind, String name, String... attributes) {
    String key = name + '\0' + String.join("\0", attributes);
    Series found = series.get(key);
    if (found != null) {
      return found;
    }
    if (series.size() >= MAX_SERIES) {
      for (int i = 1; i < attributes.length; i += 2) {
        attributes[i] = OTHER;
      }
      key = name + '\0' + String.join("\0", attributes);
    }
    return series.computeIfAbsent(key, k -> new Series(name, kind, attributes));
  }

  private byte[] encode(List<MetricPoint> points) {
    Map<String, Metric.Builder> metrics = new LinkedHashMap<>();
    long now = Otlp.nanos(clock.instant());
    for (MetricPoint point : points) {
      Metric.Builder metric =
          metrics.computeIfAbsent(point.name(), name -> Metric.newBuilder().setName(name));
      addTo(metric, point, now);
    }
    if (metrics.isEmpty()) {
      return new byte[0];
    }
    ScopeMetrics.Builder scope = ScopeMetrics.newBuilder().setScope(Otlp.SCOPE);
    metrics.values().forEach(scope::addMetrics);
    return ExportMetricsServiceRequest.newBuilder()
        .addResourceMetrics(
            ResourceMetrics.newBuilder().setResource(resource).addScopeMetrics(scope))
        .build()
        .toByteArray();
  }

  private void addTo(Metric.Builder metric, MetricPoint point, long now) {
    if (point.kind() == Kind.HISTOGRAM) {
      metric
          .setUnit("s")
          .getHistogramBuilder()
          .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
          .addDataPoints(
              HistogramDataPoint.newBuilder()
                  .addAllAttributes(attributes(point))
                  .setStartTimeUnixNano(startNanos)
                  .setTimeUnixNano(now)
                  .setCount(point.count())
                  .setSum(point.value())
                  .addAllExplicitBounds(DURATION_BOUNDS)
                  .addAllBucketCounts(point.bucketCounts()));
      return;
    }
    NumberDataPoint.Builder data =
        NumberDataPoint.newBuilder().addAllAttributes(attributes(point)).setTimeUnixNano(now);
    if (point.kind() == Kind.GAUGE) {
      metric.getGaugeBuilder().addDataPoints(data.setAsDouble(point.value()));
      return;
    }
    metric
        .getSumBuilder()
        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
        .setIsMonotonic(point.kind() == Kind.COUNTER)
        .addDataPoints(data.setStartTimeUnixNano(startNanos).setAsInt((long) point.value()));
  }

  private static List<KeyValue> attributes(MetricPoint point) {
    List<KeyValue> attributes = new ArrayList<>();
    point.attributes().forEach((key, value) -> attributes.add(Otlp.text(key, value)));
    return attributes;
  }

  /** Mutable state of one series; guarded by the metrics. */
  private static final class Series {
    private final String name;
    private final Kind kind;
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final long[] buckets;
    private double value;
    private long count;

    Series(String name, Kind kind, String... attributes) {
      this.name = name;
      this.kind = kind;
      this.buckets = new long[kind == Kind.HISTOGRAM ? DURATION_BOUNDS.size() + 1 : 0];
      for (int i = 0; i < attributes.length; i += 2) {
        this.attributes.put(attributes[i], attributes[i + 1]);
      }
    }

    MetricPoint point() {
      List<Long> counts = new ArrayList<>(buckets.length);
      for (long bucket : buckets) {
        counts.add(bucket);
      }
      return new MetricPoint(
          name,
          kind,
          Collections.unmodifiableMap(new LinkedHashMap<>(attributes)),
          value,
          count,
          counts);
    }
  }
}
