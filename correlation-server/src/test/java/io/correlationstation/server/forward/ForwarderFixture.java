// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.InMemoryJournal;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A forwarder over a journal in memory with short pauses. Closing it checks the books: every item
 * that was read has exactly one fate.
 */
final class ForwarderFixture implements AutoCloseable {

  static final RetryPolicy QUICK =
      new RetryPolicy(
          Duration.ofMillis(1),
          Duration.ofMillis(5),
          Duration.ofMillis(20),
          Duration.ofMillis(5),
          4);
  static final BatchLimits PROMPT =
      new BatchLimits(4 << 20, 8192, Duration.ofMillis(20), Duration.ofSeconds(5));

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  final InMemoryJournal journal = new InMemoryJournal();
  final DeadLetters deadLetters;
  private final Path dir;
  private final List<DestinationConfig> destinations;
  private PrometheusRegistry registry = new PrometheusRegistry();
  private @Nullable Forwarder forwarder;

  ForwarderFixture(Path dir, DestinationConfig... destinations) throws IOException {
    this.dir = dir.resolve("dlq");
    this.deadLetters = DeadLetters.in(this.dir, ForwardConfig.DEFAULT_MAX_DEAD_LETTER_BYTES);
    this.destinations = List.of(destinations);
  }

  /** With pauses and waits short enough for a test. */
  static DestinationConfig quick(DestinationConfig config) {
    return config.withRetry(QUICK).withLimits(PROMPT);
  }

  ForwarderFixture start() throws IOException {
    forwarder = Forwarder.start(ForwardConfig.of(dir, destinations), journal, registry);
    return this;
  }

  /** Ends the forwarder and starts another one, as a restart of the server does. */
  void restart() throws IOException {
    close();
    registry = new PrometheusRegistry();
    start();
  }

  ForwarderFixture append(Frame... frames) {
    for (Frame frame : frames) {
      journal.append(frame).join();
    }
    return this;
  }

  /** Waits until the destination has finished with everything in the journal. */
  void drain(String destination) {
    await().atMost(PATIENCE).until(() -> status(destination).pendingFrames() == 0);
  }

  DestinationStatus status(String destination) {
    return forwarder().destinations().stream()
        .filter(status -> status.name().equals(destination))
        .findFirst()
        .orElseThrow();
  }

  List<DeadLetter> letters(String destination) throws IOException {
    List<DeadLetter> letters = new ArrayList<>();
    deadLetters.forEach(destination, letters::add);
    return letters;
  }

  /** All metrics as a scraper reads them. */
  String exposition() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(out, registry.scrape());
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Sum over all series of a metric that have these label values. */
  double metric(String name, String... values) {
    return metric(registry, name, values);
  }

  static double metric(PrometheusRegistry registry, String name, String... values) {
    double sum = 0;
    for (MetricSnapshot snapshot : registry.scrape(metric -> metric.equals(name))) {
      for (DataPointSnapshot point : snapshot.getDataPoints()) {
        List<String> labels = point.getLabels().stream().map(label -> label.getValue()).toList();
        if (labels.containsAll(List.of(values))) {
          sum += value(point);
        }
      }
    }
    return sum;
  }

  private static double value(DataPointSnapshot point) {
    if (point instanceof CounterSnapshot.CounterDataPointSnapshot counter) {
      return counter.getValue();
    }
    return ((GaugeSnapshot.GaugeDataPointSnapshot) point).getValue();
  }

  Forwarder forwarder() {
    if (forwarder == null) {
      throw new IllegalStateException("not started");
    }
    return forwarder;
  }

  @Override
  public void close() {
    forwarder().close();
    assertThat(forwarder().accountingMismatch()).isZero();
  }
}
