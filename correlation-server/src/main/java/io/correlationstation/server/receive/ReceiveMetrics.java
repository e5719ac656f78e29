// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.server.journal.Signal;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Locale;

/**
 * Counts what comes in. An item is a span, a log record or a data point; for each signal and
 * transport
 *
 * <pre>  received = rejected + duplicate + stored</pre>
 *
 * <p>Requests that were told to come again count as refused and not as received: their items are
 * not known, and they will be received when they come again.
 */
final class ReceiveMetrics {

  private final Counter received;
  private final Counter accepted;
  private final Counter rejected;
  private final Counter duplicate;
  private final Counter refused;
  private final Counter requestsRefused;
  private final Counter aborted;
  private final Counter delayed;
  private final Histogram requestBytes;
  private final Counter logRecords;

  ReceiveMetrics(PrometheusRegistry registry, ByteBudget budget) {
    received =
        counter("received_items", "Items in requests that were read")
            .labelNames("signal", "transport")
            .register(registry);
    accepted =
        counter("accepted_items", "Items acknowledged, duplicates included")
            .labelNames("signal", "transport")
            .register(registry);
    rejected =
        counter("rejected_items", "Items left out for good, by reason")
            .labelNames("signal", "transport", "reason")
            .register(registry);
    duplicate =
        counter("duplicate_items", "Items acknowledged again and not stored again")
            .labelNames("signal", "transport")
            .register(registry);
    refused =
        counter("refused_items", "Items of requests that were read and told to come again")
            .labelNames("signal", "transport", "reason")
            .register(registry);
    requestsRefused =
        counter("refused_requests", "Requests not taken, by HTTP status and reason")
            .labelNames("signal", "transport", "status", "reason")
            .register(registry);
    aborted =
        counter("aborted_requests", "Requests whose sender went away before the end of the body")
            .labelNames("signal", "transport")
            .register(registry);
    delayed =
        counter("delayed_requests", "Requests acknowledged later because the journal fills")
            .labelNames("signal", "transport")
            .register(registry);
    requestBytes =
        Histogram.builder()
            .name("corr_receiver_request_bytes")
            .help("Size of request bodies after decompression")
            .classicOnly()
            .classicUpperBounds(1e3, 1e4, 1e5, 1e6, 4e6, 16e6, 64e6)
            .labelNames("signal", "transport")
            .register(registry);
    logRecords =
        Counter.builder()
            .name("log_records_received_total")
            .help("Log records received, all transports")
            .register(registry);
    GaugeWithCallback.builder()
        .name("corr_receiver_inflight_bytes")
        .help("Bytes of request bodies in memory")
        .callback(callback -> callback.call(budget.used()))
        .register(registry);
  }

  private static Counter.Builder counter(String name, String help) {
    return Counter.builder().name("corr_receiver_" + name + "_total").help(help);
  }

  void body(Delivery delivery) {
    requestBytes
        .labelValues(label(delivery.signal()), delivery.transport())
        .observe(delivery.body().length);
  }

  void settled(Delivery delivery, Outcome outcome) {
    String signal = label(delivery.signal());
    String transport = delivery.transport();
    int all = outcome.items() + outcome.rejected().items();
    received.labelValues(signal, transport).inc(all);
    accepted.labelValues(signal, transport).inc(outcome.items());
    outcome
        .rejected()
        .byKind()
        .forEach((reason, items) -> rejected.labelValues(signal, transport, reason).inc(items));
    if (outcome.duplicate()) {
      duplicate.labelValues(signal, transport).inc(outcome.items());
    }
    if (delivery.signal() == Signal.LOGS) {
      logRecords.inc(all);
    }
  }

  /** The request was read but could not be stored at the moment. */
  void refusedItems(Delivery delivery, Refusal refusal, int items) {
    refused
        .labelValues(label(delivery.signal()), delivery.transport(), refusal.reason())
        .inc(items);
  }

  void refused(Signal signal, String transport, Refusal refusal) {
    requestsRefused
        .labelValues(
            label(signal), transport, Integer.toString(refusal.kind().httpStatus), refusal.reason())
        .inc();
  }

  void aborted(Signal signal, String transport) {
    aborted.labelValues(label(signal), transport).inc();
  }

  void delayed(Delivery delivery) {
    delayed.labelValues(label(delivery.signal()), delivery.transport()).inc();
  }

  private static String label(Signal signal) {
    return signal.name().toLowerCase(Locale.ROOT);
  }
}
