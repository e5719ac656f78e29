// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RangeReplayTest {

  private FakeTempo tempo;
  private FakeLoki loki;

  @BeforeEach
  void start() throws IOException {
    tempo = FakeTempo.start();
    loki = FakeLoki.start();
  }

  @AfterEach
  void stop() throws IOException {
    tempo.close();
    loki.close();
  }

  @Test
  void run_twice_changesNothingForTempoAndLoki() throws Exception {
    Frame[] frames = {Frames.traces("a", "b"), Frames.logs("x", "y"), Frames.traces("c")};

    replay(tempo(), frames);
    replay(loki(), frames);
    ReplayResult again = replay(tempo(), frames);
    ReplayResult logsAgain = replay(loki(), frames);

    assertThat(again).isEqualTo(new ReplayResult(3, 0, 0, ""));
    assertThat(logsAgain).isEqualTo(new ReplayResult(2, 0, 0, ""));
    assertThat(tempo.names()).containsExactly("a", "b", "c");
    assertThat(tempo.received()).hasSize(6);
    assertThat(loki.lines()).containsExactly("x", "y");
    assertThat(loki.backend().requests().get(0).body())
        .isEqualTo(loki.backend().requests().get(1).body());
  }

  @Test
  void run_moreThanOneRequest_sendsAllOfIt() throws Exception {
    BatchLimits small = new BatchLimits(2000, 8192, Duration.ofMillis(20), Duration.ofSeconds(5));
    Frame[] frames =
        Frames.numbered("span-", 200).stream().map(Frames::traces).toArray(Frame[]::new);

    ReplayResult result = replay(tempo().withLimits(small), frames);

    assertThat(result).isEqualTo(new ReplayResult(200, 0, 0, ""));
    assertThat(tempo.names()).containsExactlyElementsOf(Frames.numbered("span-", 200));
    assertThat(tempo.backend().requests()).hasSizeGreaterThan(5);
  }

  @Test
  void run_destinationAway_endsAndSaysWhatIsLeft() throws Exception {
    tempo.backend().always(Fault.status(503));

    ReplayResult result = replay(tempo(), Frames.traces("a", "b"), Frames.traces("c"));

    assertThat(result).isEqualTo(new ReplayResult(0, 0, 3, "503"));
    assertThat(tempo.backend().requests()).hasSize(6);
  }

  @Test
  void run_wrongKey_endsAtOnce() throws Exception {
    tempo.backend().always(Fault.status(401));

    ReplayResult result = replay(tempo(), Frames.traces("a"));

    assertThat(result).isEqualTo(new ReplayResult(0, 0, 1, "401"));
    assertThat(tempo.backend().requests()).hasSize(1);
  }

  @Test
  void run_shortOutage_sendsAgain() throws Exception {
    tempo.backend().script(Fault.status(503), Fault.reset());

    assertThat(replay(tempo(), Frames.traces("a"))).isEqualTo(new ReplayResult(1, 0, 0, ""));
    assertThat(tempo.names()).containsExactly("a");
  }

  @Test
  void run_refusedItemAndUnreadableFrame_costThemselvesOnly() throws Exception {
    tempo.poison("bad", 400);
    Frame unreadable = new Frame(Signal.LOGS, Frames.NOW, 2, Map.of(), new byte[] {10, 127, 1});

    ReplayResult traces = replay(tempo(), Frames.traces("a", "bad", "b"));
    ReplayResult logs = replay(loki(), Frames.logs("x"), unreadable, Frames.logs("y"));

    assertThat(traces.delivered()).isEqualTo(2);
    assertThat(traces.refused()).isEqualTo(1);
    assertThat(traces.reason()).contains("400", "bad");
    assertThat(logs.delivered()).isEqualTo(2);
    assertThat(logs.refused()).isEqualTo(2);
    assertThat(loki.lines()).containsExactly("x", "y");
  }

  private DestinationConfig tempo() {
    return ForwarderFixture.quick(DestinationConfig.tempo(tempo.backend().uri("")));
  }

  private DestinationConfig loki() {
    return ForwarderFixture.quick(DestinationConfig.loki(loki.backend().uri("")));
  }

  private static ReplayResult replay(DestinationConfig config, Frame... frames)
      throws IOException, InterruptedException {
    Iterator<Frame> all = List.copyOf(Arrays.asList(frames)).iterator();
    return RangeReplay.run(config, () -> all.hasNext() ? all.next() : null);
  }
}
