// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.mdso;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.correlationstation.it.server.StationProcess;
import io.correlationstation.server.journal.JournalConfig;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.SegmentedJournal;
import io.correlationstation.server.journal.Signal;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a real server with SIGKILL while its bridge collects, twice on the same directory, then
 * lets it finish. Whatever moment the kills met, the journal must hold every span and record of
 * every service, and what is there more than once must be the same bytes.
 */
final class MdsoCrashIT {

  private static final int SERVICES = 300;
  private static final int ENTRIES = 20;
  private static final Duration LIMIT = Duration.ofSeconds(90);

  /** Kills come when this many trace logs were asked for since the start of the server. */
  private static final List<Integer> KILLS = List.of(40, 150);

  @TempDir private Path directory;

  private final Semaphore lookups = new Semaphore(0);
  private StationProcess station;

  @AfterEach
  void stop() throws InterruptedException {
    if (station != null) {
      station.close();
    }
  }

  /**
   * A page is acknowledged trace by trace and checkpointed as a whole: a kill in its middle comes
   * after the acknowledgement of some traces, before that of others, and before the checkpoint of
   * all.
   */
  @Test
  void serve_killedWhileCollecting_losesNothingAndRepeatsBytesOnly() throws Exception {
    try (Population orchestrator =
        Population.start(SERVICES, ENTRIES, service -> lookups.release())) {
      for (int kill : KILLS) {
        MdsoCalls mdso = start(orchestrator);
        lookups.drainPermits();
        mdso.trigger();
        assertThat(lookups.tryAcquire(kill, LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        station.kill();
      }
      MdsoCalls mdso = start(orchestrator);
      JsonNode job = mdso.collect(LIMIT);
      assertThat(job.path("status").textValue()).as(job.toString()).isEqualTo("succeeded");
      JsonNode errors = mdso.json("/mdso/errors").path("items");
      assertThat(errors).as("counts of errors are exact").hasSize(1);
      assertThat(errors.get(0).path("count").intValue()).isEqualTo(SERVICES * ENTRIES / 20);
      station.close();
    }

    Map<String, List<byte[]>> traces = new HashMap<>();
    Map<String, List<byte[]>> logs = new HashMap<>();
    readJournal(traces, logs);

    int repeated = 0;
    for (int service = 0; service < SERVICES; service++) {
      String traceId = Population.traceId(service);
      assertThat(traces).as("spans of service %d", service).containsKey(traceId);
      assertThat(logs).as("records of service %d", service).containsKey(traceId);
      repeated += traces.get(traceId).size() - 1;
      assertAllTheSame(traces.get(traceId));
      assertAllTheSame(logs.get(traceId));
      assertThat(spanCount(traces.get(traceId).get(0))).isEqualTo(ENTRIES / 2 + 1);
    }
    assertThat(repeated)
        .as("traces that a kill met between their end and the checkpoint")
        .isPositive();
    System.out.printf(
        "%d services, %d kills, %d traces repeated, none lost%n", SERVICES, KILLS.size(), repeated);
  }

  private MdsoCalls start(Population orchestrator) throws Exception {
    station =
        StationProcess.start(directory.resolve("data"), MdsoCalls.settings(orchestrator.port()));
    return new MdsoCalls(station);
  }

  private static void assertAllTheSame(List<byte[]> requests) {
    assertThat(requests).allSatisfy(each -> assertThat(each).isEqualTo(requests.get(0)));
  }

  private static int spanCount(byte[] request) throws Exception {
    return ExportTraceServiceRequest.parseFrom(request)
        .getResourceSpans(0)
        .getScopeSpans(0)
        .getSpansCount();
  }

  /** The requests of each trace of a plan, in the order of the journal. */
  private void readJournal(Map<String, List<byte[]>> traces, Map<String, List<byte[]>> logs)
      throws Exception {
    JournalConfig config =
        JournalConfig.builder(directory.resolve("data/journal")).minFreeBytes(0).build();
    try (SegmentedJournal journal = SegmentedJournal.open(config, new PrometheusRegistry());
        JournalCursor cursor = journal.cursor("check")) {
      for (JournalCursor.Entry entry = cursor.poll(Duration.ZERO);
          entry != null;
          entry = cursor.poll(Duration.ZERO)) {
        byte[] payload = entry.frame().payload();
        if (entry.frame().signal() == Signal.TRACES) {
          add(traces, traceOfSpans(payload), payload);
        } else if (entry.frame().signal() == Signal.LOGS) {
          add(logs, traceOfRecords(payload), payload);
        }
      }
    }
  }

  private static void add(Map<String, List<byte[]>> requests, ByteString traceId, byte[] payload) {
    String hex = HexFormat.of().formatHex(traceId.toByteArray());
    requests.computeIfAbsent(hex, id -> new ArrayList<>()).add(payload);
  }

  private static ByteString traceOfSpans(byte[] payload) throws Exception {
    return ExportTraceServiceRequest.parseFrom(payload)
        .getResourceSpans(0)
        .getScopeSpans(0)
        .getSpans(0)
        .getTraceId();
  }

  private static ByteString traceOfRecords(byte[] payload) throws Exception {
    return ExportLogsServiceRequest.parseFrom(payload)
        .getResourceLogs(0)
        .getScopeLogs(0)
        .getLogRecords(0)
        .getTraceId();
  }
}
