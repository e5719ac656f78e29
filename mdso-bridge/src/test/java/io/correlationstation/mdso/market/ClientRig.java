// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import io.correlationstation.mdso.MdsoConfig;
import io.correlationstation.mdso.MovableClock;
import io.correlationstation.mdso.RecordingSink;
import io.correlationstation.mdso.StubOrchestrator;
import io.correlationstation.mdso.telemetry.BridgeMetrics;
import io.correlationstation.mdso.telemetry.MetricPoint;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A client against a stub, its time in the test's hands: waits are recorded and move the clock. */
final class ClientRig implements AutoCloseable {

  final StubOrchestrator orchestrator = new StubOrchestrator();
  final RecordingSink sink = new RecordingSink();
  final List<Duration> pauses = new CopyOnWriteArrayList<>();
  final MovableClock clock = new MovableClock(Instant.parse("2025-01-01T00:00:00Z"));
  final BridgeMetrics metrics = new BridgeMetrics(clock, "test");
  final SpanRecorder spans = new SpanRecorder(sink, clock, "test");
  final Map<String, String> environment = orchestrator.environment();

  MdsoClient client() throws IOException {
    return MdsoClient.create(
        MdsoConfig.fromEnvironment(environment),
        metrics,
        spans,
        clock,
        () -> clock.millis() * 1_000_000,
        pause -> {
          pauses.add(pause);
          advance(pause);
        });
  }

  /** Value of {@code mdso.api.calls} for a route and status. */
  double calls(String endpoint, String status) {
    return metrics.points().stream()
        .filter(
            point -> point.attributes().equals(Map.of("endpoint", endpoint, "status_code", status)))
        .mapToDouble(MetricPoint::value)
        .sum();
  }

  void advance(Duration duration) {
    clock.set(clock.instant().plus(duration));
  }

  @Override
  public void close() {
    orchestrator.close();
  }
}
