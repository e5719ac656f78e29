// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.forward.FakeBackend.Reply;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TempoForwardingTest {

  @TempDir Path dir;

  private FakeTempo tempo;
  private ForwarderFixture forwarder;

  @BeforeEach
  void start() throws IOException {
    tempo = FakeTempo.start();
    forwarder = new ForwarderFixture(dir, config()).start();
  }

  private DestinationConfig config() {
    return ForwarderFixture.quick(DestinationConfig.tempo(tempo.backend().uri("/")));
  }

  @AfterEach
  void stop() throws IOException {
    forwarder.close();
    tempo.close();
  }

  @Test
  void forward_framesOfAllSignals_onlyTracesArriveAndTheRestIsFiltered() {
    forwarder.append(
        Frames.traces("a", "b"), Frames.logs("x"), Frames.handoffs(), Frames.metrics(3));
    forwarder.append(Frames.traces("c"));

    forwarder.drain("tempo");

    assertThat(received()).containsExactly("a", "b", "c");
    assertThat(forwarder.metric("corr_export_delivered_items", "tempo", "traces")).isEqualTo(3);
    assertThat(forwarder.metric("corr_export_filtered_items", "tempo", "logs")).isEqualTo(1);
    assertThat(forwarder.metric("corr_export_filtered_items", "tempo", "metrics")).isEqualTo(3);
    assertThat(forwarder.metric("corr_export_filtered_items", "handoffs", "internal")).isEqualTo(1);
  }

  @Test
  void forward_severalFramesWaiting_areMergedIntoOneRequest() throws IOException {
    forwarder.close();
    forwarder.append(Frames.traces("a"), Frames.traces("b"), Frames.traces("c"));
    forwarder.restart();

    forwarder.drain("tempo");

    assertThat(tempo.backend().requests()).hasSize(1);
    assertThat(received()).containsExactly("a", "b", "c");
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504, 599})
  void forward_failureThatMayPass_sendsAgain(int status) {
    tempo.backend().script(Fault.status(status), Fault.status(status));

    forwarder.append(Frames.traces("a"));
    forwarder.drain("tempo");

    assertThat(received()).containsExactly("a");
    assertThat(forwarder.metric("export_attempts", "tempo", "retry")).isEqualTo(2);
    assertThat(forwarder.metric("export_attempts", "tempo", "success")).isEqualTo(1);
    assertThat(forwarder.metric("corr_export_retried_items", Integer.toString(status)))
        .isEqualTo(2);
  }

  @Test
  void x01_longOutage_losesNothing() {
    tempo.backend().always(Fault.status(503));
    List<String> names = Frames.numbered("span-", 500);
    names.forEach(name -> forwarder.append(Frames.traces(name)));
    await().until(() -> tempo.backend().requests().size() > 20);

    tempo.backend().always(null);
    forwarder.drain("tempo");

    assertThat(tempo.names()).containsExactlyElementsOf(names);
    assertThat(forwarder.status("tempo").state()).isEqualTo(DestinationStatus.State.OK);
  }

  @Test
  void x04_answerHangsAfterHeaders_timesOutAndSendsAgain() throws IOException {
    forwarder.close();
    BatchLimits hasty = new BatchLimits(4 << 20, 8192, Duration.ZERO, Duration.ofMillis(200));
    forwarder = new ForwarderFixture(dir, config().withLimits(hasty)).start();
    tempo.backend().script(Fault.hang());

    forwarder.append(Frames.traces("a"));
    forwarder.drain("tempo");

    assertThat(received()).containsExactly("a");
    assertThat(forwarder.metric("corr_export_retried_items", "timeout")).isEqualTo(1);
  }

  @Test
  void x05_connectionResetAfterUpload_sendsTheSameBytesAgain() {
    tempo.backend().script(Fault.lostAnswer());

    forwarder.append(Frames.traces("a"));
    forwarder.drain("tempo");

    List<FakeBackend.Request> requests = tempo.backend().requests();
    assertThat(requests.get(1).body()).isEqualTo(requests.get(0).body());
    assertThat(tempo.names()).containsExactly("a");
  }

  @Test
  void x06_halfOfTheBatchPoison_isFoundAndTheRestDeliveredOnce() throws IOException {
    tempo.poison("span-700", 400);
    List<String> names = Frames.numbered("span-", 1024);

    forwarder.append(Frames.traces(names.toArray(String[]::new)));
    forwarder.drain("tempo");

    assertThat(received()).hasSize(1023).doesNotHaveDuplicates().doesNotContain("span-700");
    assertThat(tempo.backend().requests()).hasSizeLessThanOrEqualTo(1 + 2 * 10);
    assertThat(forwarder.letters("tempo"))
        .singleElement()
        .satisfies(letter -> assertThat(letter.reason()).isEqualTo("400"))
        .satisfies(letter -> assertThat(letter.items()).isEqualTo(1))
        .satisfies(letter -> assertThat(letter.detail()).contains("cannot take span-700"));
    assertThat(forwarder.metric("corr_export_dlq_items", "tempo", "traces", "400")).isEqualTo(1);
  }

  @Test
  void forward_itemThatCrashesTheDestination_isGivenUpOnceOthersGotThrough() throws IOException {
    tempo.poison("bad", 500);

    forwarder.append(Frames.traces("a", "b", "bad", "c", "d"));
    forwarder.drain("tempo");

    assertThat(received()).containsExactlyInAnyOrder("a", "b", "c", "d");
    assertThat(forwarder.letters("tempo")).extracting(DeadLetter::reason).containsExactly("500");
  }

  @Test
  void forward_loneItemAnsweredWith500_waitsUntilAnotherItemGetsThrough() throws IOException {
    tempo.poison("bad", 500);
    forwarder.append(Frames.traces("bad"));
    await().until(() -> tempo.backend().requests().size() > 20);
    assertThat(forwarder.letters("tempo")).isEmpty();

    forwarder.append(Frames.traces("good"));
    forwarder.drain("tempo");

    assertThat(received()).containsExactly("good");
    assertThat(forwarder.letters("tempo")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 302})
  void x07_wrongSetting_holdsAndDeliversOnceItIsRight(int status) {
    tempo.backend().always(Fault.status(status));
    forwarder.append(Frames.traces("a"));
    await().until(() -> forwarder.status("tempo").state() == DestinationStatus.State.HELD);
    assertThat(forwarder.metric("corr_export_held", "tempo", Integer.toString(status)))
        .isEqualTo(1);

    tempo.backend().always(null);
    forwarder.drain("tempo");

    assertThat(received()).containsExactly("a");
    assertThat(forwarder.metric("corr_export_held")).isZero();
  }

  /** Proxies like to say which path they do not know. */
  @Test
  void x07_keyInTheQueryOfTheUrl_isMaskedWhereTheDestinationSaysItBack() throws IOException {
    FakeBackend proxy = FakeBackend.start(request -> Reply.text(404, "no " + request.path()));
    DestinationConfig config = DestinationConfig.tempo(proxy.uri("/?team=north&key=t0p%2Fsecret"));
    try (proxy;
        ForwarderFixture asked =
            new ForwarderFixture(dir, ForwarderFixture.quick(config)).start()) {
      asked.append(Frames.traces("a"));

      await().until(() -> asked.status("tempo").state() == DestinationStatus.State.HELD);

      assertThat(asked.status("tempo").detail()).contains("no /v1/traces?team=north&key=***");
    }
  }

  @Test
  void x09_connectionClosedWhileIdle_isRetriedWithoutBeingCountedAsFailure() {
    tempo.backend().script(Fault.closeAfterwards());
    forwarder.append(Frames.traces("a"));
    forwarder.drain("tempo");

    forwarder.append(Frames.traces("b"));
    forwarder.drain("tempo");

    assertThat(received()).containsExactly("a", "b");
    assertThat(forwarder.metric("export_attempts", "tempo", "retry")).isZero();
  }

  @Test
  void x10_gzip_compressesTheBody() throws IOException {
    forwarder.close();
    forwarder = new ForwarderFixture(dir, config().withGzip(true)).start();

    forwarder.append(Frames.traces("a", "b"));
    forwarder.drain("tempo");

    assertThat(tempo.backend().requests().get(0).header("content-encoding")).isEqualTo("gzip");
    assertThat(received()).containsExactly("a", "b");
  }

  @Test
  void x13_restartDuringOutage_continuesAtTheCursor() throws IOException {
    forwarder.append(Frames.traces("a"));
    forwarder.drain("tempo");
    tempo.backend().always(Fault.status(503));
    forwarder.append(Frames.traces("b"), Frames.traces("c"));
    await().until(() -> forwarder.status("tempo").state() == DestinationStatus.State.RETRYING);

    forwarder.close();
    tempo.backend().always(null);
    forwarder.restart();
    forwarder.drain("tempo");

    assertThat(received()).containsExactly("a", "b", "c");
  }

  /** Told to wait for an hour: each start asks once and waits again. */
  @Test
  void x13_restartWhileToldToWait_asksOnceEachTime() throws IOException {
    forwarder.close();
    tempo.backend().always(Fault.answer(Reply.text(429, "later").with("Retry-After", "3600")));
    DestinationConfig patient =
        DestinationConfig.tempo(tempo.backend().uri("/")).withLimits(ForwarderFixture.PROMPT);
    forwarder = new ForwarderFixture(dir, patient).append(Frames.traces("a")).start();

    for (int starts = 1; starts <= 3; starts++) {
      await().until(() -> forwarder.status("tempo").state() == DestinationStatus.State.RETRYING);
      assertThat(tempo.backend().requests()).hasSize(starts);
      forwarder.restart();
    }
  }

  @Test
  void t02_batchAboveTheBurst_isSplitUntilItPasses() {
    List<String> names = Frames.numbered("span-", 200);
    int whole = Frames.traces(names.toArray(String[]::new)).payload().length;
    tempo.burst(whole / 3);

    forwarder.append(Frames.traces(names.toArray(String[]::new)));
    forwarder.drain("tempo");

    assertThat(received()).containsExactlyElementsOf(names);
  }

  /** Tempo takes them all, keeps 5 MB of the trace and tells nobody. */
  @Test
  void t04_traceBeyondWhatTempoKeeps_isNoticedOnce() {
    appendOneTrace(7, 1_000_000);
    for (int i = 0; i < 40; i++) {
      forwarder.append(Frames.traces("small-" + i));
    }
    forwarder.drain("tempo");

    assertThat(forwarder.metric("corr_export_large_traces", "tempo")).isEqualTo(1);
    assertThat(tempo.names()).hasSize(47);
  }

  /** Many small frames are weighed by a sample of them. */
  @Test
  void t04_traceInManySmallFrames_isNoticedAllTheSame() {
    appendOneTrace(80, 100_000);
    forwarder.drain("tempo");

    assertThat(forwarder.metric("corr_export_large_traces", "tempo")).isEqualTo(1);
  }

  @Test
  void t04_traceThatTempoKeepsWhole_isNot() {
    appendOneTrace(4, 1_000_000);
    forwarder.drain("tempo");

    assertThat(forwarder.metric("corr_export_large_traces", "tempo")).isZero();
  }

  /** A frame for each span. */
  private void appendOneTrace(int spans, int bytesOfEach) {
    ByteString trace = ByteString.copyFromUtf8("sixteen bytes id");
    for (int i = 0; i < spans; i++) {
      Span span =
          Frames.span("part-" + i).toBuilder()
              .setTraceId(trace)
              .addAttributes(Frames.attribute("text", "x".repeat(bytesOfEach)))
              .build();
      forwarder.append(Frames.traces(span));
    }
  }

  @Test
  void t06_resend_givesOneSpan() {
    tempo.backend().script(Fault.lostAnswer(), Fault.lostAnswer());

    forwarder.append(Frames.traces("a"));
    forwarder.drain("tempo");

    assertThat(received()).hasSizeGreaterThan(1);
    assertThat(tempo.names()).containsExactly("a");
  }

  @Test
  void t12_framesOfTwoTenants_areNeverMixed() throws IOException {
    forwarder.close();
    forwarder.append(
        Frames.traces(Map.of("x-scope-orgid", "north"), "a"),
        Frames.traces(Map.of("x-scope-orgid", "south"), "b"),
        Frames.traces(Map.of("x-scope-orgid", "north"), "c"));
    forwarder.restart();
    forwarder.drain("tempo");

    assertThat(tempo.backend().requests())
        .extracting(request -> request.header("x-scope-orgid"))
        .containsExactly("north", "south");
    assertThat(FakeTempo.spans(tempo.backend().requests().get(0)))
        .extracting(Span::getName)
        .containsExactly("a", "c");
  }

  @Test
  void forward_partialSuccess_isNotResentAndCounted() throws IOException {
    byte[] partial =
        io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse.newBuilder()
            .setPartialSuccess(
                io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess.newBuilder()
                    .setRejectedSpans(2)
                    .setErrorMessage("two were too old"))
            .build()
            .toByteArray();
    Map<String, String> type = Map.of("Content-Type", "application/x-protobuf");
    tempo.backend().script(Fault.answer(new Reply(200, type, partial)));

    forwarder.append(Frames.traces("a", "b", "c"));
    forwarder.drain("tempo");

    assertThat(tempo.backend().requests()).hasSize(1);
    assertThat(forwarder.metric("corr_export_delivered_items", "tempo")).isEqualTo(1);
    assertThat(forwarder.metric("corr_export_dlq_items", "partial_success")).isEqualTo(2);
    assertThat(forwarder.letters("tempo"))
        .singleElement()
        .satisfies(letter -> assertThat(letter.detail()).isEqualTo("two were too old"));
  }

  @Test
  void forward_permittedRedirect_isFollowedToTheSameHostOnly() {
    String there = tempo.backend().uri("/v1/traces").toString();
    tempo.backend().script(Fault.answer(Reply.of(307).with("Location", there)));

    forwarder.append(Frames.traces("a"));
    forwarder.drain("tempo");

    assertThat(received()).containsExactly("a");
    assertThat(forwarder.metric("export_attempts", "tempo", "success")).isEqualTo(1);
  }

  private List<String> received() {
    return tempo.received().stream().map(Span::getName).toList();
  }
}
