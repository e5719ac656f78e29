// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.forward.FakeBackend.Reply;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.InMemoryJournal;
import io.correlationstation.server.journal.Signal;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several destinations side by side, and the tools around them. */
class ForwarderTest {

  @TempDir Path dir;

  private FakeTempo tempo;
  private FakeLoki loki;
  private FakeBackend collector;
  private ForwarderFixture forwarder;

  @BeforeEach
  void start() throws IOException {
    tempo = FakeTempo.start();
    loki = FakeLoki.start();
    collector = FakeBackend.start(request -> Reply.of(200));
    forwarder =
        new ForwarderFixture(
                dir,
                ForwarderFixture.quick(DestinationConfig.tempo(tempo.backend().uri(""))),
                ForwarderFixture.quick(DestinationConfig.loki(loki.backend().uri(""))),
                ForwarderFixture.quick(
                    DestinationConfig.otlp("otlp", collector.uri("/base"), Map.of("key", "k"))))
            .start();
  }

  @AfterEach
  void stop() throws IOException {
    forwarder.close();
    tempo.close();
    loki.close();
    collector.close();
  }

  @Test
  void x20_destinationStuckForEver_delaysNoOther() {
    tempo.backend().always(Fault.status(503));
    collector.always(Fault.status(401));

    for (int i = 0; i < 50; i++) {
      forwarder.append(Frames.traces("span-" + i), Frames.logs("line " + i));
    }
    forwarder.drain("loki");

    assertThat(loki.lines()).hasSize(50);
    assertThat(forwarder.status("tempo").state()).isEqualTo(DestinationStatus.State.RETRYING);
    assertThat(forwarder.status("otlp").state()).isEqualTo(DestinationStatus.State.HELD);
    assertThat(forwarder.status("tempo").pendingFrames()).isEqualTo(100);
    assertThat(forwarder.metric("corr_export_pending_items", "tempo")).isPositive();
    assertThat(forwarder.metric("corr_export_pending_items", "loki")).isZero();
  }

  @Test
  void otlp_takesEverySignalAtItsPathWithItsHeaders() {
    forwarder.append(Frames.traces("a"), Frames.logs("x"), Frames.metrics(3), Frames.handoffs());

    forwarder.drain("otlp");

    assertThat(collector.requests())
        .extracting(FakeBackend.Request::path)
        .containsExactlyInAnyOrder("/base/v1/traces", "/base/v1/logs", "/base/v1/metrics");
    assertThat(collector.requests()).allMatch(request -> request.header("key").equals("k"));
    assertThat(forwarder.metric("corr_export_delivered_items", "otlp", "metrics")).isEqualTo(3);
  }

  @Test
  void k08_tenant_travelsToEveryDestination() {
    Map<String, String> north = Map.of("x-scope-orgid", "north");
    Frame logs = Frames.logs("x");

    forwarder.append(
        Frames.traces(north, "a"), new Frame(Signal.LOGS, Frames.NOW, 1, north, logs.payload()));
    forwarder.drain("tempo");
    forwarder.drain("loki");

    assertThat(tempo.backend().requests().get(0).header("x-scope-orgid")).isEqualTo("north");
    assertThat(loki.backend().requests().get(0).header("x-scope-orgid")).isEqualTo("north");
  }

  @Test
  void bridgeSpans_areForwardedLikeAnyOther() {
    forwarder.append(Frames.traces(Map.of(Frame.ORIGIN, "stitch"), "beorn_to_mdso_bridge"));

    forwarder.drain("tempo");

    assertThat(tempo.names()).containsExactly("beorn_to_mdso_bridge");
  }

  /** Bytes that are no message cost their own frame; what is around it arrives. */
  @Test
  void frameThatCannotBeRead_isADeadLetterByItself() throws IOException {
    Frame broken = new Frame(Signal.LOGS, Frames.NOW, 2, Map.of(), new byte[] {10, 127, 1});

    forwarder.append(Frames.logs("a"), broken, Frames.logs("b"));
    forwarder.drain("loki");

    assertThat(loki.lines()).containsExactly("a", "b");
    assertThat(forwarder.letters("loki"))
        .singleElement()
        .satisfies(letter -> assertThat(letter.reason()).isEqualTo("unreadable"))
        .satisfies(letter -> assertThat(letter.items()).isEqualTo(2))
        .satisfies(letter -> assertThat(letter.payload()).isEqualTo(broken.payload()));
  }

  @Test
  void deadLettersFull_holdsTheDestinationInsteadOfLosing() throws IOException {
    InMemoryJournal journal = new InMemoryJournal();
    ForwardConfig config =
        new ForwardConfig(
            dir.resolve("tiny"),
            10,
            List.of(ForwarderFixture.quick(DestinationConfig.tempo(tempo.backend().uri("")))),
            Set.of());
    tempo.poison("bad", 400);
    journal.append(Frames.traces("bad")).join();

    try (Forwarder full = Forwarder.start(config, journal, new PrometheusRegistry())) {
      await().until(() -> full.destinations().get(0).reason().equals("dlq_full"));

      assertThat(full.destinations().get(0).state()).isEqualTo(DestinationStatus.State.HELD);
      assertThat(full.destinations().get(0).pendingFrames()).isEqualTo(1);
    }
  }

  @Test
  void replayOfDeadLetters_sendsThemAndTakesThemOut() throws Exception {
    tempo.poison("bad", 400);
    forwarder.append(Frames.traces("a", "bad", "b"));
    forwarder.drain("tempo");
    tempo.poison("", 400);

    ReplayResult result =
        DeadLetterReplay.run(
            DestinationConfig.tempo(tempo.backend().uri("")), forwarder.deadLetters, l -> true);

    assertThat(result).isEqualTo(new ReplayResult(1, 0, 0, ""));
    assertThat(tempo.names()).containsExactly("a", "b", "bad");
    assertThat(forwarder.letters("tempo")).isEmpty();
  }

  @Test
  void replayOfDeadLetters_stillRefused_keepsThem() throws Exception {
    tempo.poison("bad", 400);
    forwarder.append(Frames.traces("bad"));
    forwarder.drain("tempo");

    ReplayResult result =
        DeadLetterReplay.run(
            DestinationConfig.tempo(tempo.backend().uri("")), forwarder.deadLetters, l -> true);

    assertThat(result.refused()).isEqualTo(1);
    assertThat(result.reason()).contains("400", "cannot take bad");
    assertThat(forwarder.letters("tempo")).hasSize(1);
  }

  @Test
  void replayOfDeadLetters_destinationAway_leavesThemAllAndSaysWhy() throws Exception {
    tempo.poison("bad", 400);
    forwarder.append(Frames.traces("bad"));
    forwarder.drain("tempo");
    tempo.backend().always(Fault.status(503));

    ReplayResult result =
        DeadLetterReplay.run(
            DestinationConfig.tempo(tempo.backend().uri("")), forwarder.deadLetters, l -> true);

    assertThat(result.left()).isEqualTo(1);
    assertThat(result.reason()).isEqualTo("503");
    assertThat(forwarder.letters("tempo")).hasSize(1);
  }

  /** Lines put aside as too old go to a Loki that takes them. */
  @Test
  void k12_replayOfOldLines_sendsThemUnchecked() throws Exception {
    forwarder.append(Frames.logs(Frames.NOW - 8L * 24 * 3600 * 1_000_000_000L, "old"));
    forwarder.drain("loki");
    FakeBackend willing = FakeBackend.start(request -> Reply.of(204));

    ReplayResult result =
        DeadLetterReplay.run(
            DestinationConfig.loki(willing.uri("")), forwarder.deadLetters, letter -> true);

    assertThat(result.delivered()).isEqualTo(1);
    assertThat(willing.requests()).hasSize(1);
    willing.close();
  }

  /** Pauses are measured, not read off a clock that may be set. */
  @ParameterizedTest
  @ValueSource(longs = {3600, -3600})
  void x11_clockJumpsDuringAPause_pauseIsAsLongAsItWas(long jumpSeconds) throws IOException {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    InstantSource clock = now::get;
    InMemoryJournal journal = new InMemoryJournal();
    journal.append(Frames.traces("a")).join();
    tempo.backend().script(Fault.answer(Reply.text(429, "later").with("Retry-After", "1")));
    DestinationConfig config =
        DestinationConfig.tempo(tempo.backend().uri("")).withLimits(ForwarderFixture.PROMPT);

    try (Forwarder jumping =
        Forwarder.start(
            ForwardConfig.of(dir.resolve("jump"), List.of(config)),
            journal,
            new PrometheusRegistry(),
            clock.withZone(ZoneOffset.UTC))) {
      await().until(() -> tempo.backend().requests().size() == 1);
      long start = System.nanoTime();
      now.updateAndGet(time -> time.plusSeconds(jumpSeconds));
      await().until(() -> tempo.backend().requests().size() == 2);

      assertThat(System.nanoTime() - start).isBetween(800_000_000L, 8_000_000_000L);
      await().until(() -> jumping.destinations().get(0).pendingFrames() == 0);
    }
  }

  @Test
  void close_duringAnOutage_isQuick() {
    tempo.backend().always(Fault.hang());
    forwarder.append(Frames.traces("a"));
    await().until(() -> !tempo.backend().requests().isEmpty());
    long start = System.nanoTime();

    forwarder.close();

    assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
  }
}
