// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Findings.FoundHandoff;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import java.util.function.LongSupplier;

/** Counts what the reader of journeys does and what it had to leave out. */
final class JourneyMetrics {

  private static final double NANOS_PER_SECOND = 1e9;

  private final Counter frames;
  private final Counter records;
  private final Counter lost;
  private final Counter failures;
  private final Counter unlisted;
  private final Histogram visible;
  private final Clock clock;
  private volatile LongSupplier pending = () -> 0;

  JourneyMetrics(PrometheusRegistry registry, Clock clock) {
    this.clock = clock;
    frames =
        Counter.builder()
            .name("corr_journey_frames_total")
            .help("Frames of the journal applied to the journey store.")
            .register(registry);
    records =
        Counter.builder()
            .name("corr_journey_records_total")
            .help("Records applied to the journey store.")
            .labelNames("kind")
            .register(registry);
    lost =
        Counter.builder()
            .name("corr_journey_lost_total")
            .help("What the journey store left out or forgot, by reason.")
            .labelNames("reason")
            .register(registry);
    failures =
        Counter.builder()
            .name("corr_journey_failures_total")
            .help("Batches that the journey store refused; they were tried again.")
            .register(registry);
    unlisted =
        Counter.builder()
            .name("corr_journey_unlisted_traces_total")
            .help("Traces without a key beyond the number that is listed, once for each frame.")
            .register(registry);
    visible =
        Histogram.builder()
            .name("corr_handoff_visible_seconds")
            .help("From a decision in the journal until answers take it into account.")
            .classicUpperBounds(0.1, 0.25, 0.5, 0.75, 1, 2, 5, 10, 60)
            .register(registry);
    GaugeWithCallback.builder()
        .name("corr_journey_pending_frames")
        .help("Frames of the journal that the journey store has yet to read.")
        .callback(callback -> callback.call((double) pending.getAsLong()))
        .register(registry);
    lost.initLabelValues("unreadable_frame");
    lost.initLabelValues("retention");
  }

  void pending(LongSupplier source) {
    pending = source;
  }

  void applied(int frameCount, Findings findings) {
    int spans = findings.fragments.values().stream().mapToInt(news -> news.spans.size()).sum();
    frames.inc(frameCount);
    records.labelValues("span").inc(spans);
    records.labelValues("log").inc(findings.logs.size());
    records.labelValues("handoff").inc(findings.handoffs.size());
    unlisted.inc(findings.unlisted.values().stream().mapToInt(Longs::size).sum());
    long now = JourneyQueries.nanos(clock.instant());
    for (FoundHandoff handoff : findings.handoffs) {
      visible.observe(Math.max(0, now - handoff.decidedNanos()) / NANOS_PER_SECOND);
    }
  }

  void unreadable() {
    lost.labelValues("unreadable_frame").inc();
  }

  void forgotten(int rows) {
    lost.labelValues("retention").inc(rows);
  }

  void failed() {
    failures.inc();
  }
}
