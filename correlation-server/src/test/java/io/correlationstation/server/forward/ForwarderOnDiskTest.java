// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.journal.DelegatingCursor;
import io.correlationstation.server.journal.DelegatingJournal;
import io.correlationstation.server.journal.InMemoryJournal;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalConfig;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.SegmentedJournal;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forwarder on the real journal, over restarts. */
class ForwarderOnDiskTest {

  @TempDir Path dir;

  private FakeTempo tempo;

  @BeforeEach
  void start() throws IOException {
    tempo = FakeTempo.start();
  }

  @AfterEach
  void stop() throws IOException {
    tempo.close();
  }

  @Test
  void restart_afterDelivery_sendsNothingTwice() throws IOException {
    try (SegmentedJournal journal = open();
        Forwarder forwarder = forward(journal)) {
      journal.append(Frames.traces("a")).join();
      journal.append(Frames.traces("b")).join();
      await().until(() -> forwarder.destinations().get(0).pendingFrames() == 0);
    }

    try (SegmentedJournal journal = open();
        Forwarder forwarder = forward(journal)) {
      journal.append(Frames.traces("c")).join();
      await().until(() -> forwarder.destinations().get(0).pendingFrames() == 0);
    }

    assertThat(tempo.received()).hasSize(3);
    assertThat(tempo.names()).containsExactly("a", "b", "c");
  }

  @Test
  void restart_duringAnOutage_deliversEverything() throws IOException {
    tempo.backend().always(Fault.status(503));
    try (SegmentedJournal journal = open();
        Forwarder forwarder = forward(journal)) {
      for (int i = 0; i < 50; i++) {
        journal.append(Frames.traces("span-" + i)).join();
      }
      await()
          .until(() -> forwarder.destinations().get(0).state() == DestinationStatus.State.RETRYING);
    }

    tempo.backend().always(null);
    try (SegmentedJournal journal = open();
        Forwarder forwarder = forward(journal)) {
      await().until(() -> forwarder.destinations().get(0).pendingFrames() == 0);
    }

    assertThat(tempo.names()).containsExactlyElementsOf(Frames.numbered("span-", 50));
  }

  private SegmentedJournal open() throws IOException {
    return SegmentedJournal.open(
        JournalConfig.of(dir.resolve("journal")), new PrometheusRegistry());
  }

  private Forwarder forward(Journal journal) throws IOException {
    DestinationConfig config = DestinationConfig.tempo(tempo.backend().uri(""));
    return Forwarder.start(
        ForwardConfig.of(dir.resolve("dlq"), List.of(ForwarderFixture.quick(config))),
        journal,
        new PrometheusRegistry());
  }

  /** what the process died of three times is not tried a fourth time. */
  @Test
  void q25_frameThatKilledTheServerThreeTimes_isADeadLetter() throws IOException {
    InMemoryJournal journal = new InMemoryJournal();
    journal.append(Frames.traces("killer")).join();
    journal.append(Frames.traces("harmless")).join();

    try (Forwarder forwarder = forward(new Rerun(journal, 0, 4))) {
      await().until(() -> forwarder.destinations().get(0).pendingFrames() == 0);
    }

    assertThat(tempo.names()).containsExactly("harmless");
    List<DeadLetter> letters = new ArrayList<>();
    DeadLetters.in(dir.resolve("dlq"), 1).forEach("tempo", letters::add);
    assertThat(letters).extracting(DeadLetter::reason).containsExactly("crash");
  }

  /** A journal in which one frame was handed out in several runs already. */
  private static final class Rerun extends DelegatingJournal {

    private final long sequence;
    private final int attempts;

    Rerun(Journal journal, long sequence, int attempts) {
      super(journal);
      this.sequence = sequence;
      this.attempts = attempts;
    }

    @Override
    public JournalCursor cursor(String name) throws IOException {
      return new DelegatingCursor(super.cursor(name)) {
        @Override
        public @Nullable Entry poll(Duration maxWait) throws InterruptedException, IOException {
          Entry entry = super.poll(maxWait);
          return entry != null && entry.sequence() == sequence
              ? new Entry(entry.sequence(), entry.frame(), attempts)
              : entry;
        }
      };
    }
  }
}
