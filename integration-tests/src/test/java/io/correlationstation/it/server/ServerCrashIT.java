// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.forward.FakeBackend;
import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.forward.FakeLoki;
import io.correlationstation.server.forward.FakeTempo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole server killed again and again while senders send and destinations fail: everything that
 * was acknowledged arrives at its destination, the lines of a stream in order. Four rounds, or as
 * many as {@code -Dserver.crash.rounds} says; the journal alone goes through more in {@code
 * JournalCrashIT}.
 */
final class ServerCrashIT {

  private static final int ROUNDS = Integer.getInteger("server.crash.rounds", 4);
  private static final int SENDERS = 4;

  @TempDir private Path directory;

  private final Random random = new Random();
  private final AtomicReference<StationProcess> station = new AtomicReference<>();

  @Test
  void serve_killedUnderLoad_deliversEverythingAcknowledged() throws Exception {
    List<Sender> senders = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    try (FakeTempo tempo = FakeTempo.start();
        FakeLoki loki = FakeLoki.start()) {
      Map<String, String> settings =
          Map.of(
              "TEMPO_HTTP_ENDPOINT", tempo.backend().uri("").toString(),
              "LOKI_URL", loki.backend().uri("").toString());
      station.set(serve(settings));
      for (int i = 0; i < SENDERS; i++) {
        Sender sender = new Sender(i, station::get);
        senders.add(sender);
        threads.add(new Thread(sender, sender.stream()));
      }
      threads.forEach(Thread::start);
      for (int round = 0; round < ROUNDS; round++) {
        misbehave(tempo.backend());
        misbehave(loki.backend());
        int enough = count(senders) + 200 + random.nextInt(2000);
        await().atMost(Duration.ofSeconds(60)).until(() -> count(senders) > enough);
        station.get().kill();
        station.set(serve(settings));
      }
      senders.forEach(Sender::stop);
      for (Thread thread : threads) {
        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
      }

      await().atMost(Duration.ofSeconds(60)).until(this::nothingPending);
      station.get().close();

      check(senders, tempo, loki);
    } finally {
      senders.forEach(Sender::stop);
      StationProcess last = station.get();
      if (last != null && last.isAlive()) {
        last.kill();
      }
    }
  }

  private StationProcess serve(Map<String, String> settings) throws Exception {
    return StationProcess.start(directory.resolve("data"), settings, "-Xmx512m");
  }

  private void misbehave(FakeBackend backend) {
    Fault[] faults = {Fault.status(503), Fault.lostAnswer(), Fault.reset(), Fault.status(429)};
    for (int i = random.nextInt(3); i >= 0; i--) {
      backend.script(faults[random.nextInt(faults.length)]);
    }
  }

  private static int count(List<Sender> senders) {
    return senders.stream().mapToInt(Sender::count).sum();
  }

  private boolean nothingPending() {
    return station.get().accounting().sum("corr_export_pending_items") == 0;
  }

  private static void check(List<Sender> senders, FakeTempo tempo, FakeLoki loki) {
    Set<String> spans = new HashSet<>(tempo.names());
    for (Sender sender : senders) {
      assertThat(sender.acknowledged()).hasSizeGreaterThan(Sender.BATCH);
      if (sender.sendsSpans()) {
        assertThat(spans).containsAll(sender.acknowledged());
      } else {
        assertThat(loki.lines(Map.of("service", sender.stream())))
            .containsSubsequence(sender.acknowledged());
      }
    }
    System.out.printf("%d rounds, %d items acknowledged, all delivered%n", ROUNDS, count(senders));
  }
}
