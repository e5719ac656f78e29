// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.correlationstation.server.forward.FakeBackend;
import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.forward.FakeBackend.Reply;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayInputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small heap, large bodies, a large backlog. */
final class LargeLoadIT {

  private static final int SENDERS = 50;
  private static final int BODY_BYTES = 60 << 20;

  @TempDir private Path directory;

  /**
   * fifty bodies of 60 MiB at once on a heap of 512 MiB are stored or told to come again.
   * what they leave is not waited for at a stop, and goes on after it.
   */
  @Test
  void serve_R44_R81_fiftyLargeBodies_neverOutOfMemoryAndTheBacklogOutlivesAStop()
      throws Exception {
    try (FakeBackend away = FakeBackend.start(request -> Reply.of(200))) {
      away.always(Fault.status(503));
      Map<String, String> settings = Map.of("TEMPO_HTTP_ENDPOINT", away.uri("").toString());
      int stored;
      try (StationProcess station = serve(settings)) {
        List<Integer> statuses = sendAtOnce(station);

        assertThat(statuses).hasSize(SENDERS).allMatch(status -> status == 200 || status == 503);
        assertThat(statuses).contains(200, 503);
        stored = (int) statuses.stream().filter(status -> status == 200).count();
        assertThat(station.isAlive()).as(station.log()).isTrue();
        assertThat(station.accounting().sum("corr_receiver_inflight_bytes")).isZero();
      }

      away.always(null);
      try (StationProcess station = serve(settings)) {
        await().atMost(Duration.ofSeconds(60)).until(() -> delivered(station) == stored);
        assertThat(away.requests()).isNotEmpty();
      }
    }
  }

  private StationProcess serve(Map<String, String> settings) throws Exception {
    return StationProcess.start(directory.resolve("data"), settings, "-Xmx512m");
  }

  private static double delivered(StationProcess station) {
    return station
        .accounting()
        .sum("corr_export_delivered_items_total", "dest", "tempo", "signal", "traces");
  }

  private static List<Integer> sendAtOnce(StationProcess station) {
    byte[] padding = padding();
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      byte[] span = span(i);
      HttpRequest request =
          HttpRequest.newBuilder(station.otlp("/v1/traces"))
              .header("Content-Type", "application/x-protobuf")
              .timeout(Duration.ofSeconds(120))
              .POST(
                  HttpRequest.BodyPublishers.ofInputStream(
                      () ->
                          new SequenceInputStream(
                              new ByteArrayInputStream(span), new ByteArrayInputStream(padding))))
              .build();
      answers.add(
          http.sendAsync(request, HttpResponse.BodyHandlers.discarding())
              .thenApply(HttpResponse::statusCode));
    }
    return answers.stream().map(CompletableFuture::join).toList();
  }

  /** One span with an id of its own; followed by the padding it is one message. */
  private static byte[] span(int number) {
    byte[] trace = ByteBuffer.allocate(16).putLong(8, number + 1).array();
    Span span =
        Span.newBuilder()
            .setTraceId(ByteString.copyFrom(trace))
            .setSpanId(ByteString.copyFrom(trace, 8, 8))
            .setName("span " + number)
            .setStartTimeUnixNano(1)
            .setEndTimeUnixNano(2)
            .build();
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder().addScopeSpans(ScopeSpans.newBuilder().addSpans(span)))
        .build()
        .toByteArray();
  }

  /** An empty group of spans with a schema URL of 60 MiB. */
  private static byte[] padding() {
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().setSchemaUrl("x".repeat(BODY_BYTES)))
        .build()
        .toByteArray();
  }
}
