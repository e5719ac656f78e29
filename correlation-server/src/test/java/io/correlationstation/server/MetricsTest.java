// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.forward.FakeLoki;
import io.correlationstation.server.forward.FakeTempo;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every metric that is promised shows in a scrape of a server to which its cause happened. */
class MetricsTest {

  private static final List<String> PROMISED =
      List.of(
          "corr_build_info",
          "corr_receiver_received_items_total{",
          "corr_receiver_accepted_items_total{",
          "corr_receiver_rejected_items_total{",
          "corr_receiver_duplicate_items_total{",
          "corr_receiver_refused_requests_total{",
          "corr_receiver_request_bytes_bucket{",
          "corr_receiver_inflight_bytes",
          "corr_wal_bytes",
          "corr_wal_segments",
          "corr_wal_append_seconds_bucket{",
          "corr_wal_fsync_seconds_bucket{",
          "corr_wal_appended_items_total{",
          "corr_wal_oldest_unacked_age_seconds{dest=",
          "corr_export_sent_items_total{",
          "corr_export_failed_items_total{",
          "corr_export_retried_items_total{",
          "corr_export_delivered_items_total{",
          "corr_export_filtered_items_total{",
          "corr_export_dlq_items_total{",
          "corr_export_pending_items{dest=",
          "corr_export_inflight{dest=",
          "corr_export_held{dest=",
          "corr_accounting_mismatch{dest=",
          "corr_bridge_emitted_total{",
          "corr_bridge_latency_seconds_bucket{",
          "corr_handoff_visible_seconds_bucket{",
          "corr_conflict_vetoed_total",
          "corr_late_evidence_total",
          "corr_state_segments",
          "corr_state_bytes",
          "corr_key_cardinality{key=\"request_id\"} ",
          "correlation_events_total",
          "log_records_received_total",
          "export_attempts_total{",
          "otelcol_receiver_accepted_spans_total{receiver=\"otlp\",transport=\"http\"}",
          "otelcol_exporter_sent_spans_total{exporter=\"tempo\"}",
          "otelcol_exporter_send_failed_spans_total{exporter=\"tempo\"}");

  @TempDir private Path directory;

  @Test
  void metrics_G06_everythingHappened_showEveryPromisedName() throws Exception {
    try (FakeTempo tempo = FakeTempo.start();
        FakeLoki loki = FakeLoki.start()) {
      tempo.backend().script(Fault.status(503));
      tempo.poison("bad", 400);
      loki.backend().always(Fault.status(401));
      Map<String, String> settings =
          Map.of(
              "TEMPO_HTTP_ENDPOINT", tempo.backend().uri("").toString(),
              "LOKI_URL", loki.backend().uri("").toString(),
              "STATION_COLLECTOR_METRICS", "true");
      try (RunningServer server = RunningServer.start(directory.resolve("data"), settings)) {
        provoke(server);

        await()
            .atMost(java.time.Duration.ofSeconds(40))
            .untilAsserted(() -> assertThat(text(server)).contains(PROMISED));
        assertExemplar(server);
      }
    }
  }

  /** Exemplars exist in OpenMetrics only; the one of a bridge leads to the trace it joined. */
  private static void assertExemplar(RunningServer server) throws Exception {
    HttpResponse<String> open =
        server.get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0");

    assertThat(open.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/openmetrics-text");
    assertThat(open.body()).endsWith("# EOF\n");
    assertThat(open.body().lines())
        .filteredOn(line -> line.startsWith("corr_bridge_latency_seconds_bucket"))
        .anyMatch(line -> line.matches(".* # \\{.*trace_id=\"[0-9a-f]{32}\".*} .*"));
    assertThat(text(server)).doesNotContain("# {");
  }

  private static String text(RunningServer server) throws Exception {
    HttpResponse<String> answer = server.get("/metrics");
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/plain; version=0.0.4");
    return answer.body();
  }

  private static void provoke(RunningServer server) throws Exception {
    long now = System.currentTimeMillis() * 1_000_000;
    String parent = span("0af7651916cd43dd8448eb211c803101", "00f067aa0ba90201", "a", now, 3_000);
    String child =
        span("0af7651916cd43dd8448eb211c803102", "00f067aa0ba90202", "b", now + 500_000_000, 1_000);
    String bad = span("0af7651916cd43dd8448eb211c803103", "00f067aa0ba90203", "bad", now, 1);
    String noId = span("0af7651916cd43dd8448eb211c803104", "00", "n", now, 1);
    for (String body :
        List.of(group("beorn", parent), group("arda", child), group("palantir", bad, noId))) {
      assertThat(server.postJson("/api/otlp/v1/traces", body).statusCode()).isEqualTo(200);
    }
    server.postJson("/api/otlp/v1/traces", group("beorn", parent));
    server.postJson("/api/otlp/v1/traces", "no JSON");
    server.postJson(
        "/api/logs",
        "{\"resource\":{\"service\":\"beorn\"},\"records\":[{\"message\":\"hello\"}]}");
  }

  private static String group(String service, String... spans) {
    return """
        {"resourceSpans":[{"resource":{"attributes":[
          {"key":"service.name","value":{"stringValue":"%s"}}]},"scopeSpans":[{"spans":[%s]}]}]}
        """
        .formatted(service, String.join(",", spans));
  }

  private static String span(String trace, String id, String name, long start, long millis) {
    return """
        {"traceId":"%s","spanId":"%s","name":"%s","kind":2,"startTimeUnixNano":"%d",
         "endTimeUnixNano":"%d","attributes":[
          {"key":"circuit_id","value":{"stringValue":"80.L1XX.000001..TEST"}},
          {"key":"request_id","value":{"stringValue":"req-1"}}]}
        """
        .formatted(trace, id, name, start, start + millis * 1_000_000);
  }
}
