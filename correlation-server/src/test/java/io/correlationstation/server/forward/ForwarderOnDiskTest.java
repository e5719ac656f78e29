// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.journal.DelegatingCursor;
import io.correlationstation.server.journal.DelegatingJournal;
import io.correlationstation.server.journal.Frame;
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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forwarder on the real journal, over restarts. */
class ForwarderOnDiskTest {

  private static final int SMALL_FRAMES = 60;

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

  /** with the setting, one that is stuck costs its own data and no sender an answer. */
  @Test
  void x20_destinationThatDropsTheOldest_isDown_intakeGoesOnAndTheRestArrives() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    try (SegmentedJournal journal = openSmall();
        FakeTempo healthy = FakeTempo.start();
        Forwarder forwarder = forward(journal, registry, healthy, Set.of("tempo"))) {
      tempo.backend().always(Fault.status(503));
      int sent = 0;
      for (; sent < 4 * SMALL_FRAMES; sent++) {
        appendUntilTaken(journal, sent);
      }
      assertThat(journal.fullness()).isLessThan(1);
      tempo.backend().always(null);
      await().until(() -> pendingFrames(forwarder) == 0);

      List<String> all = Frames.numbered("span-", sent);
      assertThat(healthy.names()).containsExactlyElementsOf(all);
      int delivered = tempo.names().size();
      assertThat(delivered).isBetween(1, SMALL_FRAMES);
      assertThat(tempo.names()).containsExactlyElementsOf(all.subList(sent - delivered, sent));
      assertThat(dropped(registry, "tempo")).isEqualTo(sent - delivered);
      assertThat(dropped(registry, "healthy")).isZero();
      assertThat(forwarder.accountingMismatch()).isZero();
    }
  }

  /** nothing is dropped while another reader needs the same frames. */
  @Test
  void x20_anotherReaderIsBehindToo_nothingIsDroppedAndIntakeIsRefused() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    try (SegmentedJournal journal = openSmall();
        JournalCursor stuck = journal.cursor("stuck");
        FakeTempo healthy = FakeTempo.start();
        Forwarder forwarder = forward(journal, registry, healthy, Set.of("tempo"))) {
      tempo.backend().always(Fault.status(503));

      assertThat(framesTaken(journal)).isLessThan(4 * SMALL_FRAMES);

      assertThat(stuck.committed()).isEqualTo(-1);
      await().until(() -> !healthy.backend().requests().isEmpty());
      assertThat(dropped(registry, "tempo")).isZero();
      assertThat(forwarder.accountingMismatch()).isZero();
    }
  }

  /** without the setting, intake is refused and nothing is lost. */
  @Test
  void x20_destinationIsDown_withoutTheSetting_intakeIsRefused() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    try (SegmentedJournal journal = openSmall();
        FakeTempo healthy = FakeTempo.start();
        Forwarder forwarder = forward(journal, registry, healthy, Set.of())) {
      tempo.backend().always(Fault.status(503));
      int taken = framesTaken(journal);
      assertThat(taken).isLessThan(4 * SMALL_FRAMES);
      tempo.backend().always(null);

      await().until(() -> pendingFrames(forwarder) == 0);

      assertThat(tempo.names()).containsExactlyElementsOf(Frames.numbered("span-", taken));
      assertThat(dropped(registry, "tempo")).isZero();
    }
  }

  /** a window that was given up for room that another found meanwhile is sent after all. */
  @Test
  void x20_roomIsFoundBeforeAnythingIsDropped_theWindowGivenUpArrives() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    FullOnce journal = new FullOnce(new InMemoryJournal());
    tempo.backend().always(Fault.status(503));
    try (FakeTempo healthy = FakeTempo.start();
        Forwarder forwarder = forward(journal, registry, healthy, Set.of("tempo"))) {
      journal.append(Frames.traces("a")).join();
      journal.append(Frames.traces("b")).join();
      await()
          .until(() -> forwarder.destinations().get(0).state() == DestinationStatus.State.RETRYING);

      journal.full.set(true);
      await().untilFalse(journal.full);
      tempo.backend().always(null);

      await().until(() -> pendingFrames(forwarder) == 0);
      assertThat(tempo.names()).containsExactly("a", "b");
      assertThat(dropped(registry, "tempo")).isZero();
      assertThat(forwarder.accountingMismatch()).isZero();
    }
  }

  /** How many frames the journal takes before it refuses one. */
  private static int framesTaken(Journal journal) {
    for (int i = 0; i < 4 * SMALL_FRAMES; i++) {
      if (journal.append(largeFrame(i)).handle((sequence, e) -> e != null).join()) {
        return i;
      }
    }
    return 4 * SMALL_FRAMES;
  }

  /** Room is made within a moment; a sender that is told to come again comes again. */
  private static void appendUntilTaken(Journal journal, int i) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> journal.append(largeFrame(i)).handle((sequence, e) -> e == null).join());
  }

  private static Frame largeFrame(int i) {
    return Frames.traces(Map.of("padding", "x".repeat(20_000)), "span-" + i);
  }

  private static long pendingFrames(Forwarder forwarder) {
    return forwarder.destinations().stream().mapToLong(DestinationStatus::pendingFrames).sum();
  }

  private static double dropped(PrometheusRegistry registry, String destination) {
    return ForwarderFixture.metric(
        registry, "corr_export_filtered_items", destination, Overflow.REASON);
  }

  /** Takes about {@link #SMALL_FRAMES} large frames. */
  private SegmentedJournal openSmall() throws IOException {
    JournalConfig config =
        JournalConfig.builder(dir.resolve("small"))
            .maxBytes(SMALL_FRAMES * 22_000L)
            .segmentBytes(4 * 20_000)
            .maxFrameBytes(64 << 10)
            .maxQueuedBytes(1 << 20)
            .retentionBytes(0)
            .cursorDelay(Duration.ofMillis(20))
            .build();
    return SegmentedJournal.open(config, new PrometheusRegistry());
  }

  private Forwarder forward(
      Journal journal, PrometheusRegistry registry, FakeTempo healthy, Set<String> dropOldest)
      throws IOException {
    DestinationConfig stuck = DestinationConfig.tempo(tempo.backend().uri(""));
    DestinationConfig other =
        DestinationConfig.otlp("healthy", healthy.backend().uri(""), Map.of());
    return Forwarder.start(
        ForwardConfig.of(
                dir.resolve("dlq"),
                List.of(ForwarderFixture.quick(stuck), ForwarderFixture.quick(other)))
            .withDropOldest(dropOldest),
        journal,
        registry);
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

  @Test
  void forward_heapIsFullForAMoment_goesOn() throws IOException {
    InMemoryJournal journal = new InMemoryJournal();
    journal.append(Frames.traces("a")).join();
    AtomicBoolean full = new AtomicBoolean(true);
    Journal strained =
        new DelegatingJournal(journal) {
          @Override
          public JournalCursor cursor(String name) throws IOException {
            return new DelegatingCursor(super.cursor(name)) {
              @Override
              public @Nullable Entry poll(Duration maxWait)
                  throws InterruptedException, IOException {
                Entry entry = super.poll(maxWait);
                if (full.getAndSet(false)) {
                  throw new OutOfMemoryError("made up");
                }
                return entry;
              }
            };
          }
        };

    try (Forwarder forwarder = forward(strained)) {
      await().until(() -> forwarder.destinations().get(0).pendingFrames() == 0);
    }

    assertThat(tempo.names()).containsExactly("a");
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

  /** A journal whose oldest file holds one frame and which says once that it is full. */
  private static final class FullOnce extends DelegatingJournal {

    private final AtomicBoolean full = new AtomicBoolean();

    FullOnce(Journal journal) {
      super(journal);
    }

    @Override
    public long heldUntil(String cursor) {
      return 1;
    }

    @Override
    public double fullness() {
      return full.getAndSet(false) ? 1 : 0;
    }
  }
}
