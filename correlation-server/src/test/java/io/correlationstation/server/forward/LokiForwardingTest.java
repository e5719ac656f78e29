// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.forward.FakeBackend.Reply;
import io.correlationstation.server.forward.FakeLoki.Stored;
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

  @Test
  void k04_outageWithTrafficOnOneStream_keepsEveryLineInOrder() {
    loki.backend().always(Fault.status(503));
    List<String> lines = Frames.numbered("line ", 300);
    for (int i = 0; i < lines.size(); i++) {
      forwarder.append(Frames.logs(Frames.NOW + i, lines.get(i)));
    }
    await().until(() -> loki.backend().requests().size() > 10);

    loki.backend().always(null);
    forwarder.drain("loki");

    assertThat(loki.lines()).containsExactlyElementsOf(lines);
  }

  @Test
  void k06_tooManyRequests_resendsTheSameBytesAndLeavesOneCopy() {
    loki.backend().script(new Fault(Fault.Kind.RESET, null, true), Fault.status(429));

    forwarder.append(Frames.logs("a", "b"));
    forwarder.drain("loki");

    List<FakeBackend.Request> requests = loki.backend().requests();
    assertThat(requests).hasSize(3);
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
