// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Signal;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What forwarding counts, per destination. For each destination and at any moment
 *
 * <pre>
 *   items read from the journal = delivered + dlq + filtered + in flight
 * </pre>
 *
 * and {@code corr_accounting_mismatch} is the difference, which is 0.
 */
final class ForwardMetrics {

  private final Counter delivered;
  private final Counter deadLettered;
  private final Counter filtered;
  private final Counter sent;
  private final Counter failed;
  private final Counter largeTraces;
  private final Counter retried;
  private final Counter attempts;
  private final Histogram seconds;

  ForwardMetrics(PrometheusRegistry registry, List<ForwardWorker> workers) {
    this.delivered =
        Counter.builder()
            .name("corr_export_delivered_items_total")
            .help("Items a destination took.")
            .labelNames("dest", "signal")
            .register(registry);
    this.deadLettered =
        Counter.builder()
            .name("corr_export_dlq_items_total")
            .help("Items put into the dead letters because a destination will never take them.")
            .labelNames("dest", "signal", "reason")
            .register(registry);
    this.filtered =
        Counter.builder()
            .name("corr_export_filtered_items_total")
            .help("Items a destination is not meant to get.")
            .labelNames("dest", "signal", "reason")
            .register(registry);
    this.sent =
        Counter.builder()
            .name("corr_export_sent_items_total")
            .help("Items in requests sent, each time they are sent, by the answer.")
            .labelNames("dest", "signal", "code")
            .register(registry);
    this.failed =
        Counter.builder()
            .name("corr_export_failed_items_total")
            .help("Items in requests that were not taken, each time, by the answer.")
            .labelNames("dest", "signal", "code")
            .register(registry);
    this.largeTraces =
        Counter.builder()
            .name("corr_export_large_traces_total")
            .help("Traces larger than what Tempo keeps of one by default; an estimate.")
            .labelNames("dest")
            .register(registry);
    this.retried =
        Counter.builder()
            .name("corr_export_retried_items_total")
            .help("Items in requests that have to be sent again, by status or failure.")
            .labelNames("dest", "signal", "code")
            .register(registry);
    this.attempts =
        Counter.builder()
            .name("export_attempts_total")
            .help("Requests sent to a destination, by what became of them.")
            .labelNames("dest", "outcome")
            .register(registry);
    this.seconds =
        Histogram.builder()
            .name("corr_export_request_seconds")
            .help("Time from sending a request to its answer.")
            .labelNames("dest")
            .classicUpperBounds(0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
            .classicOnly()
            .register(registry);
    gauge(
        registry,
        workers,
        "corr_export_pending_items",
        "Items a destination has not finished with; those not read yet by the mean of its frames.",
        ForwardWorker::pendingItems);
    gauge(
        registry,
        workers,
        "corr_export_inflight",
        "Items read from the journal and not finished with.",
        worker -> worker.ledger().inFlight());
    gauge(
        registry,
        workers,
        "corr_accounting_mismatch",
        "Items read less delivered, dead-lettered, filtered and in flight; 0 unless there is a"
            + " bug.",
        worker -> worker.ledger().mismatch());
    held(registry, workers);
  }

  private static void gauge(
      PrometheusRegistry registry,
      List<ForwardWorker> workers,
      String name,
      String help,
      ToDoubleFunction<ForwardWorker> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("dest")
        .callback(
            out -> {
              for (ForwardWorker worker : workers) {
                out.call(value.applyAsDouble(worker), worker.name());
              }
            })
        .register(registry);
  }

  private static void held(PrometheusRegistry registry, List<ForwardWorker> workers) {
    GaugeWithCallback.builder()
        .name("corr_export_held")
        .help("1 while a destination refuses everything until a setting is changed.")
        .labelNames("dest", "reason")
        .callback(
            out -> {
              for (ForwardWorker worker : workers) {
                DestinationStatus status = worker.status();
                if (status.state() == DestinationStatus.State.HELD) {
                  out.call(1, worker.name(), status.reason());
                }
              }
            })
        .register(registry);
  }

  void delivered(String destination, Signal signal, int items) {
    delivered.labelValues(destination, word(signal)).inc(items);
  }

  void deadLettered(String destination, Signal signal, String reason, int items) {
    deadLettered.labelValues(destination, word(signal), reason).inc(items);
  }

  void filtered(String destination, Signal signal, String reason, int items) {
    filtered.labelValues(destination, word(signal), reason).inc(items);
  }

  void largeTrace(String destination) {
    largeTraces.labelValues(destination).inc();
  }

  void attempt(String destination, Batch batch, Verdict verdict, long nanos) {
    attempts.labelValues(destination, outcome(verdict)).inc();
    seconds.labelValues(destination).observe(nanos / 1e9);
    String signal = word(batch.signal());
    sent.labelValues(destination, signal, verdict.code()).inc(batch.items());
    if (verdict.outcome() != Verdict.Outcome.DELIVERED) {
      failed.labelValues(destination, signal, verdict.code()).inc(batch.items());
    }
    if (outcome(verdict).equals("retry")) {
      retried.labelValues(destination, signal, verdict.code()).inc(batch.items());
    }
  }

  private static String outcome(Verdict verdict) {
    return switch (verdict.outcome()) {
      case DELIVERED -> "success";
      case RETRY, RETRY_SMALLER, SERVER_ERROR, HOLD -> "retry";
      case PARTLY_TAKEN, TOO_LARGE, POISON -> "refused";
    };
  }

  private static String word(Signal signal) {
    return signal.name().toLowerCase(Locale.ROOT);
  }
}
