// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import io.correlationstation.mdso.OtlpSink;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalRefusedException;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.MalformedOtlpException;
import io.correlationstation.server.otlp.OtlpSieve;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Takes what the MDSO bridge made straight into the journal; it is acknowledged once it is durable.
 */
final class JournalSink implements OtlpSink {

  private final Journal journal;
  private final Clock clock;
  private final Counter appended;

  JournalSink(Journal journal, Clock clock, PrometheusRegistry registry) {
    this.journal = journal;
    this.clock = clock;
    this.appended =
        Counter.builder()
            .name("corr_mdso_items_total")
            .help("Items of the MDSO bridge made durable")
            .labelNames("signal")
            .register(registry);
  }

  @Override
  public void traces(byte[] request) throws IOException {
    append(Signal.TRACES, () -> OtlpSieve.traces(request).items(), request);
  }

  @Override
  public void logs(byte[] request) throws IOException {
    append(Signal.LOGS, () -> OtlpSieve.logs(request, nowNanos()).items(), request);
  }

  @Override
  public void metrics(byte[] request) throws IOException {
    append(Signal.METRICS, () -> OtlpSieve.metrics(request).items(), request);
  }

  private void append(Signal signal, Count items, byte[] request) throws IOException {
    try {
      Frame frame = new Frame(signal, nowNanos(), items.get(), Map.of(), request);
      journal.append(frame).join();
      appended.labelValues(signal.name().toLowerCase(Locale.ROOT)).inc(frame.items());
    } catch (MalformedOtlpException e) {
      throw new IOException("the bridge made a malformed request", e);
    } catch (CompletionException e) {
      throw new IOException("the journal does not take it", e.getCause());
    } catch (JournalRefusedException e) {
      throw new IOException("the journal does not take it", e);
    }
  }

  private long nowNanos() {
    Instant now = clock.instant();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  private interface Count {
    int get() throws MalformedOtlpException;
  }
}
