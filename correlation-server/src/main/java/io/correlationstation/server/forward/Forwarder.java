// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Journal;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Forwards the journal to every configured destination, each with a cursor, a thread ({@code
 * forward-<name>}), a retry state and a dead-letter file of its own: one that is stuck delays no
 * other.
 *
 * <p>Delivery is at least once. A frame is sent again after a crash or a lost answer; Tempo and
 * Loki recognise it, other destinations may not.
 */
public final class Forwarder implements AutoCloseable {

  private final ForwardConfig config;
  private final Journal journal;
  private final Clock clock;
  private final List<ForwardWorker> workers = new CopyOnWriteArrayList<>();

  private Forwarder(ForwardConfig config, Journal journal, Clock clock) {
    this.config = config;
    this.journal = journal;
    this.clock = clock;
  }

  /**
   * Starts forwarding from where each destination stopped; a new destination starts at the oldest
   * frame.
   *
   * @throws IOException when a cursor or the dead-letter folder cannot be opened
   */
  public static Forwarder start(ForwardConfig config, Journal journal, PrometheusRegistry registry)
      throws IOException {
    return start(config, journal, registry, Clock.systemUTC());
  }

  static Forwarder start(
      ForwardConfig config, Journal journal, PrometheusRegistry registry, Clock clock)
      throws IOException {
    Forwarder forwarder = new Forwarder(config, journal, clock);
    try {
      forwarder.open(registry);
    } catch (IOException | RuntimeException e) {
      forwarder.close();
      throw e;
    }
    forwarder.workers.forEach(ForwardWorker::start);
    return forwarder;
  }

  private void open(PrometheusRegistry registry) throws IOException {
    DeadLetters deadLetters = DeadLetters.in(config.deadLetterDir(), config.maxDeadLetterBytes());
    ForwardMetrics metrics = new ForwardMetrics(registry, workers);
    for (DestinationConfig destination : config.destinations()) {
      workers.add(
          new ForwardWorker(
              destination,
              create(destination, clock),
              journal.cursor(destination.name()),
              config.dropOldest().contains(destination.name()) ? journal : null,
              deadLetters,
              metrics,
              clock));
    }
  }

  static Destination create(DestinationConfig config, Clock clock) {
    return switch (config.protocol()) {
      case OTLP_HTTP -> new OtlpHttpDestination(config, clock);
      case OTLP_GRPC -> new OtlpGrpcDestination(config);
      case LOKI_PUSH -> new LokiDestination(config, clock);
      case DATADOG -> new DatadogDestination(config, clock);
    };
  }

  /** How each destination is doing, in configured order. */
  public List<DestinationStatus> destinations() {
    return workers.stream().map(ForwardWorker::status).toList();
  }

  /** Items that were committed without being counted anywhere; 0 unless there is a bug. */
  public long accountingMismatch() {
    return workers.stream().mapToLong(worker -> Math.abs(worker.ledger().mismatch())).sum();
  }

  /**
   * Stops all workers within a few seconds. What was not delivered stays in the journal; a backlog
   * is not waited for.
   */
  @Override
  public void close() {
    workers.forEach(ForwardWorker::requestClose);
    workers.forEach(ForwardWorker::close);
  }
}
