// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.forward.FakeBackend.Reply;
import io.correlationstation.server.forward.FakeLoki.Stored;
import io.correlationstation.server.journal.Frame;
import io.opentelemetry.proto.logs.v1.LogRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LokiForwardingTest {

  @TempDir Path dir;

  private FakeLoki loki;
  private ForwarderFixture forwarder;

  @BeforeEach
  void start() throws IOException {
    loki = FakeLoki.start();
    DestinationConfig config = DestinationConfig.loki(loki.backend().uri(""));
    forwarder = new ForwarderFixture(dir, ForwarderFixture.quick(config)).start();
  }

  @AfterEach
  void stop() throws IOException {
    forwarder.close();
    loki.close();
  }

  @Test
  void forward_logs_arriveAsLinesOfTheirService() {
    forwarder.append(Frames.logs("first", "second"), Frames.traces("a"));
    forwarder.drain("loki");

    assertThat(loki.lines()).containsExactly("first", "second");
    assertThat(loki.stored())
        .extracting(Stored::stream)
        .containsOnly("{env=\"dev\", service=\"arda\"}");
    assertThat(forwarder.metric("corr_export_delivered_items", "loki", "logs")).isEqualTo(2);
  }

  @Test
  void forward_request_isWhatLokiClientsSend() {
    forwarder.append(Frames.logs("a"));
    forwarder.drain("loki");

    FakeBackend.Request request = loki.backend().requests().get(0);
    assertThat(request.path()).isEqualTo("/loki/api/v1/push");
    assertThat(request.header("content-type")).isEqualTo("application/x-protobuf");
    assertThat(request.header("content-encoding")).isEqualTo("snappy");
  }

  /**
   * Whatever lies on, just below or just above one of Loki's limits, each on a stream of its own.
   */
  @Test
  void k03_valuesAroundEveryLimit_areNeverRefusedByLoki() throws IOException {
    forwarder.append(
        line("line-below", Frames.NOW, LokiEncoder.MAX_LINE_BYTES - 1, 0, 0),
        line("line-at", Frames.NOW, LokiEncoder.MAX_LINE_BYTES, 0, 0),
        line("line-above", Frames.NOW, LokiEncoder.MAX_LINE_BYTES + 1, 0, 0),
        line("entries-at", Frames.NOW, 1, LokiEncoder.MAX_METADATA_ENTRIES, 0),
        line("entries-above", Frames.NOW, 1, LokiEncoder.MAX_METADATA_ENTRIES + 1, 0),
        line("bytes-at", Frames.NOW, 1, 1, LokiEncoder.MAX_METADATA_BYTES),
        line("bytes-above", Frames.NOW, 1, 1, LokiEncoder.MAX_METADATA_BYTES + 1),
        line("parts-entries-at", Frames.NOW, LokiEncoder.MAX_LINE_BYTES + 1, 128, 0),
        line("parts-bytes-below", Frames.NOW, LokiEncoder.MAX_LINE_BYTES + 1, 2, (64 << 10) - 200),
        line("parts-bytes-at", Frames.NOW, LokiEncoder.MAX_LINE_BYTES + 1, 1, 64 << 10),
        line("s".repeat(LokiNames.MAX_LABEL_VALUE_BYTES), Frames.NOW, 1, 0, 0),
        line("t".repeat(LokiNames.MAX_LABEL_VALUE_BYTES + 1), Frames.NOW, 1, 0, 0),
        line("old-below", Frames.NOW - Duration.ofHours(168).minusMinutes(1).toNanos(), 1, 0, 0),
        line("old-above", Frames.NOW - Duration.ofHours(168).plusSeconds(1).toNanos(), 1, 0, 0),
        line("ahead-below", Frames.NOW + Duration.ofMinutes(10).minusSeconds(1).toNanos(), 1, 0, 0),
        line("ahead-above", Frames.NOW + Duration.ofMinutes(10).plusSeconds(1).toNanos(), 1, 0, 0));
    forwarder.drain("loki");

    assertThat(forwarder.metric("corr_export_dlq_items", "loki", "400")).isZero();
    assertThat(forwarder.letters("loki"))
        .extracting(DeadLetter::reason)
        .containsOnly("metadata_too_large", "too_old");
    assertThat(forwarder.metric("corr_export_delivered_items", "loki", "logs")).isEqualTo(13);
  }

  /** One record of a service; its attributes take so many bytes, names included. */
  private static Frame line(String service, long time, int length, int entries, int bytes) {
    LogRecord.Builder record = Frames.record(time, "x".repeat(length));
    for (int i = 0; i < entries; i++) {
      String name = "key" + (100 + i);
      int value = Math.max(1, bytes / entries - name.length());
      record.addAttributes(Frames.attribute(name, "v".repeat(value)));
    }
    return Frames.logs(Frames.resource(service), record.build());
  }

  @Test
  void k02_badEntriesThatWeKnowOf_neverLeaveAndTheRestArrives() throws IOException {
    long old = Frames.NOW - Duration.ofDays(8).toNanos();

    forwarder.append(Frames.logs("a", "b"), Frames.logs(old, "x", "y", "z"), Frames.logs("c"));
    forwarder.drain("loki");

    assertThat(loki.lines()).containsExactly("a", "b", "c");
    assertThat(loki.backend().requests()).hasSize(1);
    assertThat(forwarder.letters("loki"))
        .singleElement()
        .satisfies(letter -> assertThat(letter.reason()).isEqualTo("too_old"))
        .satisfies(letter -> assertThat(letter.items()).isEqualTo(3))
        .satisfies(letter -> assertThat(FakeLoki.decode(letter.payload())).hasSize(3));
  }

  @Test
  void k02_badEntryThatWeDoNotKnowOf_isNotResentAndNoted() throws IOException {
    loki.refuse("bad");

    forwarder.append(Frames.logs("a", "bad", "b"));
    forwarder.drain("loki");

    assertThat(loki.lines()).containsExactly("a", "b");
    assertThat(loki.backend().requests()).hasSize(1);
    assertThat(forwarder.metric("corr_export_delivered_items", "loki")).isEqualTo(2);
    assertThat(forwarder.metric("corr_export_dlq_items", "loki", "400")).isEqualTo(1);
    assertThat(forwarder.letters("loki"))
        .singleElement()
        .satisfies(letter -> assertThat(letter.detail()).contains("total ignored: 1 out of 3"));
  }

  @Test
  void k02_badRequestThatSaysNothing_putsTheWholeBatchAside() throws IOException {
    loki.backend().script(Fault.answer(Reply.text(400, "no idea")));

    forwarder.append(Frames.logs("a", "b"));
    forwarder.drain("loki");

    assertThat(forwarder.letters("loki"))
        .singleElement()
        .satisfies(letter -> assertThat(FakeLoki.decode(letter.payload())).hasSize(2));
  }

  /** Three hours of one stream: had a new line gone first, Loki would refuse all the older ones. */
  @Test
  void k04_outageWithTrafficOnOneStream_keepsEveryLineInOrder() {
    loki.backend().always(Fault.status(503));
    List<String> lines = Frames.numbered("line ", 300);
    long start = Frames.NOW - Duration.ofHours(3).toNanos();
    for (int i = 0; i < lines.size(); i++) {
      forwarder.append(Frames.logs(start + i * Duration.ofSeconds(36).toNanos(), lines.get(i)));
    }
    await().until(() -> loki.backend().requests().size() > 10);

    loki.backend().always(null);
    forwarder.drain("loki");

    assertThat(loki.lines()).containsExactlyElementsOf(lines);
  }

  @Test
  void k06_tooManyRequests_resendsTheSameBytesAndLeavesOneCopy() {
    Fault storedAllTheSame = new Fault(Fault.Kind.ANSWER, Reply.of(429), true);
    loki.backend().script(Fault.lostAnswer(), Fault.status(429), storedAllTheSame);

    forwarder.append(Frames.logs("a", "b"));
    forwarder.drain("loki");

    List<FakeBackend.Request> requests = loki.backend().requests();
    assertThat(requests).hasSize(4);
    assertThat(requests).extracting(FakeBackend.Request::body).containsOnly(requests.get(0).body());
    assertThat(loki.lines()).containsExactly("a", "b");
  }

  @Test
  void k07_ingestionBlocked_isHeldAlthoughItIs2xx() {
    loki.backend().always(Fault.status(260));
    forwarder.append(Frames.logs("a"));
    await().until(() -> forwarder.status("loki").state() == DestinationStatus.State.HELD);
    assertThat(forwarder.metric("corr_export_held", "loki", "260")).isEqualTo(1);
    assertThat(forwarder.metric("corr_export_delivered_items", "loki")).isZero();

    loki.backend().always(null);
    forwarder.drain("loki");

    assertThat(loki.lines()).containsExactly("a");
  }

  @Test
  void k13_restartDuringRetry_sendsIdenticalBytes() throws IOException {
    loki.backend().always(Fault.status(503));
    forwarder.append(Frames.logs("a", "b"));
    await().until(() -> !loki.backend().requests().isEmpty());
    byte[] before = loki.backend().requests().get(0).body();

    forwarder.close();
    loki.backend().always(null);
    forwarder.restart();
    forwarder.drain("loki");

    List<FakeBackend.Request> requests = new ArrayList<>(loki.backend().requests());
    assertThat(requests.get(requests.size() - 1).body()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 500, 502, 503, 504})
  void forward_failureThatMayPass_sendsAgainAndNeverGivesUp(int status) throws IOException {
    Fault[] faults = new Fault[12];
    java.util.Arrays.fill(faults, Fault.status(status));
    loki.backend().script(faults);

    forwarder.append(Frames.logs("a"));
    forwarder.drain("loki");

    assertThat(loki.lines()).containsExactly("a");
    assertThat(forwarder.letters("loki")).isEmpty();
  }

  @Test
  void forward_tooLarge_isSplit() {
    loki.backend().script(Fault.status(413), Fault.status(413));

    forwarder.append(Frames.logs("a", "b", "c", "d"));
    forwarder.drain("loki");

    assertThat(loki.lines()).containsExactly("a", "b", "c", "d");
  }
}
