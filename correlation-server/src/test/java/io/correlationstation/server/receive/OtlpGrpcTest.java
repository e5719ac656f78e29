// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.JournalRefusedException;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.Wire;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpGrpcTest {

  private static final int LIMIT = 100_000;
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private final ReceiverFixture fixture =
      new ReceiverFixture(settings -> settings.maxBodyBytes(LIMIT));
  private final GrpcClient client = new GrpcClient(fixture.receiver.otlpGrpcPort());

  @AfterEach
  void close() {
    client.close();
    fixture.close();
    fixture.assertAccounting();
  }

  @ParameterizedTest
  @EnumSource(names = {"TRACES", "LOGS", "METRICS"})
  void export_G10_valid_isAnsweredEmpty(Signal signal) {
    byte[] request = Otlp.request(signal);

    assertThat(client.export(signal, request)).isEmpty();

    Frame frame = fixture.journal.frames().get(0);
    assertThat(frame.signal()).isEqualTo(signal);
    assertThat(frame.payload()).isEqualTo(request);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void export_G10_compressed_isStoredDecompressed(String coding) {
    byte[] request = Otlp.traces(50).toByteArray();

    client.export(
        Signal.TRACES, request, CallOptions.DEFAULT.withCompression(coding), new Metadata());

    assertThat(fixture.journal.frames().get(0).payload()).isEqualTo(request);
  }

  @Test
  void export_G10_partial_isAnsweredWithCount() throws Exception {
    byte[] request = Otlp.traces(Otlp.span(), Otlp.span().setTraceId(Otlp.id(1))).toByteArray();

    ExportTraceServiceResponse response =
        ExportTraceServiceResponse.parseFrom(client.export(Signal.TRACES, request));

    assertThat(response.getPartialSuccess().getRejectedSpans()).isEqualTo(1);
    assertThat(fixture.journal.items()).isEqualTo(1);
  }

  @Test
  void call_G10_unknownService_isUnimplemented() {
    assertThat(failure(() -> client.call("opentelemetry.proto.Nothing", new byte[0])).getCode())
        .isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void export_G11_journalFull_isUnavailableWithRetryInfo() {
    fixture.journal.fail(new JournalRefusedException("full", "full", Duration.ofMillis(2500)));

    StatusRuntimeException failure =
        thrown(() -> client.export(Signal.TRACES, Otlp.request(Signal.TRACES)));

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    byte[] details = failure.getTrailers().get(DETAILS);
    assertThat(new String(details, java.nio.charset.StandardCharsets.ISO_8859_1))
        .contains("google.rpc.RetryInfo");
    assertThat(retrySeconds(details)).isEqualTo(3);
  }

  @Test
  void export_error_isUnavailableAndLeavesNothingBehind() {
    byte[] request = Otlp.request(Signal.TRACES);
    fixture.journal.fail(new StackOverflowError("made up"));
    assertThat(failure(() -> client.export(Signal.TRACES, request)).getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(fixture.gauge("corr_receiver_inflight_bytes")).isZero();
    fixture.journal.fail(null);

    client.export(Signal.TRACES, request);

    assertThat(fixture.journal.frames()).hasSize(1);
  }

  @Test
  void export_G11_malformed_isInvalidArgument() {
    assertThat(failure(() -> client.export(Signal.TRACES, new byte[] {0x0a, 5, 0})).getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(fixture.journal.frames()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip", "zstd"})
  void export_R40_atTheLimit_isStored(String coding) {
    int overhead = Otlp.traces(Otlp.span().setName("")).toByteArray().length;
    byte[] request = new byte[0];
    for (int padding = LIMIT - overhead - 20; request.length < LIMIT; padding++) {
      request = Otlp.traces(Otlp.span().setName("x".repeat(padding))).toByteArray();
    }
    assertThat(request).hasSize(LIMIT);

    client.export(
        Signal.TRACES, request, CallOptions.DEFAULT.withCompression(coding), new Metadata());

    assertThat(fixture.journal.frames().get(0).payload()).isEqualTo(request);
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip", "zstd"})
  void export_R46_overLimit_isExhaustedWithoutRetryInfo(String coding) {
    byte[] request = new byte[LIMIT + 1];
    Arrays.fill(request, (byte) 'a');

    StatusRuntimeException failure =
        thrown(
            () ->
                client.export(
                    Signal.TRACES,
                    request,
                    CallOptions.DEFAULT.withCompression(coding),
                    new Metadata()));

    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    byte @Nullable [] details = failure.getTrailers().get(DETAILS);
    assertThat(details == null ? "" : new String(details, java.nio.charset.StandardCharsets.UTF_8))
        .doesNotContain("RetryInfo");
  }

  @Test
  void export_R44_moreBytesThanTheBudget_someAreToldToComeAgain() throws Exception {
    try (ReceiverFixture narrow =
        new ReceiverFixture(s -> s.maxBodyBytes(LIMIT).maxInFlightBytes(4L * LIMIT))) {
      narrow.journal.stall();
      List<Status> answers = new CopyOnWriteArrayList<>();
      List<Thread> senders = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        byte[] request = Otlp.traces(Otlp.span().setName("x".repeat(LIMIT - 1000))).toByteArray();
        Thread sender = new Thread(() -> answers.add(answer(narrow, request)), "sender-" + i);
        sender.start();
        senders.add(sender);
      }
      await().until(() -> answers.size() + narrow.journal.held() == 12 && !answers.isEmpty());
      int held = narrow.journal.held();
      narrow.journal.release();
      for (Thread sender : senders) {
        sender.join(20_000);
      }

      assertThat(answers).extracting(Status::getCode).contains(Status.Code.UNAVAILABLE);
      assertThat(answers).filteredOn(Status::isOk).hasSize(held).hasSizeBetween(1, 4);
      assertThat(narrow.journal.frames()).hasSize(held);
      await().until(() -> gauge(narrow, "corr_receiver_inflight_bytes") == 0);
    }
  }

  private static Status answer(ReceiverFixture fixture, byte[] request) {
    try (GrpcClient sender = new GrpcClient(fixture.receiver.otlpGrpcPort())) {
      sender.export(Signal.TRACES, request);
      return Status.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus();
    }
  }

  private static double gauge(ReceiverFixture fixture, String name) {
    return fixture.registry.scrape(metric -> metric.equals(name)).stream()
        .flatMap(metric -> ((GaugeSnapshot) metric).getDataPoints().stream())
        .mapToDouble(GaugeSnapshot.GaugeDataPointSnapshot::getValue)
        .sum();
  }

  @Test
  void export_G13_connectionTooOld_endsCallsInProgressWell() throws Exception {
    try (ReceiverFixture rotating =
            new ReceiverFixture(s -> s.maxConnectionAge(Duration.ofSeconds(1)));
        GrpcClient sender = new GrpcClient(rotating.receiver.otlpGrpcPort())) {
      rotating.journal.stall();
      CompletableFuture<byte[]> inProgress =
          CompletableFuture.supplyAsync(
              () -> sender.export(Signal.TRACES, Otlp.request(Signal.TRACES)));
      await().until(() -> rotating.journal.held() == 1);

      await().pollDelay(Duration.ofSeconds(2)).until(() -> !inProgress.isDone());
      rotating.journal.release();

      assertThat(inProgress.get(10, TimeUnit.SECONDS)).isEmpty();
      assertThat(sender.export(Signal.TRACES, Otlp.request(Signal.TRACES))).isEmpty();
      assertThat(rotating.journal.frames()).hasSize(2);
    }
  }

  @Test
  void export_G12_deadlineWhileJournalStalls_isNeverAcknowledged() {
    client.export(Signal.TRACES, Otlp.request(Signal.TRACES)); // connects
    fixture.journal.stall();
    byte[] request = Otlp.request(Signal.TRACES);

    Status status =
        failure(
            () -> client.export(Signal.TRACES, request, GrpcClient.within(1500), new Metadata()));

    assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    await().untilAsserted(() -> assertThat(fixture.journal.held()).isEqualTo(1));
    fixture.journal.release();
    assertThat(client.export(Signal.TRACES, request)).isEmpty();
    assertThat(fixture.journal.frames()).as("stored once, acknowledged by the retry").hasSize(2);
    assertThat(fixture.counted("corr_receiver_duplicate_items", Map.of("transport", "grpc")))
        .isEqualTo(1);
  }

  @Test
  void export_G14_sameRequestOverHttp_isTheSameFrame() {
    byte[] grpc = Otlp.traces(3).toByteArray();
    byte[] http = Otlp.traces(3).toByteArray();
    client.export(Signal.TRACES, grpc);
    fixture.postTraces(http);

    assertThat(fixture.journal.frames()).extracting(Frame::payload).containsExactly(grpc, http);
    assertThat(fixture.postTraces(grpc).statusCode()).isEqualTo(200);
    assertThat(fixture.journal.frames()).as("a retry over another transport").hasSize(2);
  }

  @Test
  void export_R65_tenant_isKeptWithTheFrame() {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-scope-orgid", Metadata.ASCII_STRING_MARSHALLER), "north-region");

    client.export(Signal.TRACES, Otlp.request(Signal.TRACES), CallOptions.DEFAULT, headers);

    assertThat(fixture.journal.frames().get(0).headers())
        .containsEntry("x-scope-orgid", "north-region");
  }

  @Test
  void export_G11_credentials_areRequired() {
    try (ReceiverFixture secured =
            new ReceiverFixture(
                settings -> settings.credentials(new Credentials("sender", "let me in")));
        GrpcClient sender = new GrpcClient(secured.receiver.otlpGrpcPort())) {
      byte[] request = Otlp.request(Signal.TRACES);
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
          "Basic " + Base64.getEncoder().encodeToString("sender:let me in".getBytes()));

      assertThat(failure(() -> sender.export(Signal.TRACES, request)).getCode())
          .isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(sender.export(Signal.TRACES, request, CallOptions.DEFAULT, headers)).isEmpty();
    }
  }

  private static long retrySeconds(byte[] status) {
    Wire wire = new Wire(status).over(0, status.length);
    int[] path = {3, 2, 1, 1}; // details, value of the Any, delay, seconds
    for (int field : path) {
      while (wire.next() && wire.field() != field) {
        continue;
      }
      if (wire.type() == Wire.LEN) {
        wire.over(wire.start(), wire.end());
      }
    }
    return wire.number();
  }

  private static Status failure(Runnable call) {
    return thrown(call).getStatus();
  }

  private static StatusRuntimeException thrown(Runnable call) {
    StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(failure).isNotNull();
    return failure;
  }
}
