// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.Ruling;
import io.correlationstation.server.stitch.StitchStatistics;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What the stitcher does, for {@code /metrics}. */
final class StitchMetrics {

  private static final double NANOS_PER_SECOND = 1e9;

  private final Counter handoffs;
  private final Counter events;
  private final Counter bridges;
  private final Counter refused;
  private final Histogram latency;
  private final Counter verdicts;
  private final Gauge stateBytes;
  private final Histogram saving;
  private final Counter stateFailures;
  private final Calibration calibration = new Calibration();

  StitchMetrics(
      PrometheusRegistry registry, Supplier<StitchStatistics> statistics, LongSupplier unread) {
    GaugeWithCallback.builder()
        .name("corr_stitch_unread_frames")
        .help("Frames of the journal that the stitcher has yet to read")
        .callback(callback -> callback.call(unread.getAsLong()))
        .register(registry);
    handoffs =
        Counter.builder()
            .name("corr_handoffs_total")
            .help("Decisions by state")
            .labelNames("state")
            .register(registry);
    events =
        Counter.builder()
            .name("correlation_events_total")
            .help("Decisions of the stitcher: fragments joined, proposed or parted again")
            .register(registry);
    bridges =
        Counter.builder()
            .name("corr_bridge_emitted_total")
            .help("Handoffs that became bridge spans")
            .labelNames("rule")
            .register(registry);
    refused =
        Counter.builder()
            .name("corr_stitch_append_refused_total")
            .help("Times the journal did not take a decision and was asked again")
            .register(registry);
    latency =
        Histogram.builder()
            .name("corr_bridge_latency_seconds")
            .help("From the end of the child span to the decision")
            .classicUpperBounds(1, 2, 5, 10, 20, 30, 60, 300, 900)
            .register(registry);
    verdicts =
        Counter.builder()
            .name("corr_verdicts_total")
            .help("Persons' verdicts on handoffs, by the state the handoff had")
            .labelNames("verdict", "state")
            .register(registry);
    stateBytes =
        Gauge.builder()
            .name("corr_state_bytes")
            .help("Size of the stitcher's state as last saved")
            .register(registry);
    saving =
        Histogram.builder()
            .name("corr_stitch_save_seconds")
            .help("Time for which stitching stood still to save its state, the disk aside")
            .classicUpperBounds(0.01, 0.1, 0.5, 1, 2, 5, 10)
            .register(registry);
    stateFailures =
        Counter.builder()
            .name("corr_stitch_state_failures_total")
            .help("Saved states and rulings that could not be written, or not be read")
            .labelNames("what")
            .register(registry);
    calibration.register(registry);
    states(registry, statistics);
    losses(registry, statistics);
  }

  private static void states(PrometheusRegistry registry, Supplier<StitchStatistics> statistics) {
    GaugeWithCallback.builder()
        .name("corr_state_segments")
        .help("Fragments the stitcher holds")
        .callback(callback -> callback.call(statistics.get().liveFragments()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("corr_clock_skew_seconds")
        .help("Estimated clock offset of a service, relative to the median service")
        .labelNames("service")
        .callback(
            callback ->
                statistics
                    .get()
                    .skewNanos()
                    .forEach((service, nanos) -> callback.call(nanos / NANOS_PER_SECOND, service)))
        .register(registry);
    GaugeWithCallback.builder()
        .name("corr_stitch_watermark_seconds")
        .help("Event time up to which everything has been taken, as a Unix time; 0 before")
        .callback(callback -> callback.call(statistics.get().watermarkNanos() / NANOS_PER_SECOND))
        .register(registry);
    GaugeWithCallback.builder()
        .name("corr_stitch_hold_seconds")
        .help("How long event time waits for services whose spans lag, beyond the allowed lateness")
        .callback(callback -> callback.call(statistics.get().holdNanos() / NANOS_PER_SECOND))
        .register(registry);
    GaugeWithCallback.builder()
        .name("corr_stitch_model_fits")
        .help("Version of the learnt model: how often it was fitted")
        .callback(callback -> callback.call(statistics.get().refits()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("corr_key_cardinality")
        .help("Different values of a correlation key that the stitcher holds")
        .labelNames("key")
        .callback(
            callback ->
                statistics.get().keyValues().forEach((key, count) -> callback.call(count, key)))
        .register(registry);
    GaugeWithCallback.builder()
        .name("corr_quarantined_values")
        .help("Key values that are junk or join too much")
        .callback(callback -> callback.call(statistics.get().quarantinedValues()))
        .register(registry);
  }

  private static void losses(PrometheusRegistry registry, Supplier<StitchStatistics> statistics) {
    CounterWithCallback.builder()
        .name("corr_state_evicted_total")
        .help("What the stitcher did not use, by reason")
        .labelNames("reason")
        .callback(
            callback ->
                statistics.get().losses().forEach((reason, count) -> callback.call(count, reason)))
        .register(registry);
    CounterWithCallback.builder()
        .name("corr_late_evidence_total")
        .help("Spans that came after their time was closed; part of corr_state_evicted_total")
        .callback(callback -> callback.call(late(statistics.get().losses())))
        .register(registry);
    CounterWithCallback.builder()
        .name("corr_conflict_vetoed_total")
        .help("Pairs excluded by a contradicting strong key")
        .callback(callback -> callback.call(statistics.get().vetoes()))
        .register(registry);
  }

  private static long late(Map<String, Long> losses) {
    return losses.getOrDefault("late", 0L) + losses.getOrDefault("late_polled", 0L);
  }

  void decided(Handoff handoff, Clock clock) {
    events.inc();
    handoffs.labelValues(handoff.state().name().toLowerCase(Locale.ROOT)).inc();
    if (handoff.makesLink()) {
      bridges.labelValues(handoff.method()).inc();
      Instant end = Instant.EPOCH.plusNanos(handoff.child().endNanos());
      latency.observeWithExemplar(
          Math.max(0, Duration.between(end, clock.instant()).toNanos() / NANOS_PER_SECOND),
          Labels.of("trace_id", handoff.child().traceId()));
    }
  }

  /** A verdict is a label: how sure the stitcher was of what a person confirmed or rejected. */
  void ruled(Ruling.OnHandoff ruling) {
    verdicts
        .labelValues(
            ruling.confirmed() ? "confirm" : "reject",
            ruling.handoff().state().name().toLowerCase(Locale.ROOT))
        .inc();
    calibration.add(ruling);
  }

  Calibration calibration() {
    return calibration;
  }

  void stateSaved(long bytes, long nanos) {
    stateBytes.set(bytes);
    saving.observe(nanos / NANOS_PER_SECOND);
  }

  void stateNotSaved() {
    stateFailures.labelValues("write").inc();
  }

  void stateDamaged() {
    stateFailures.labelValues("damaged").inc();
  }

  void rulingsNotKept(int count) {
    stateFailures.labelValues("rulings").inc(count);
  }

  void appendRefused() {
    refused.inc();
  }
}
