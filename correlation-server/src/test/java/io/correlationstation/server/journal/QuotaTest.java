// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static io.correlationstation.server.journal.JournalContract.frame;
import static io.correlationstation.server.journal.JournalContract.text;
import static io.correlationstation.server.journal.JournalContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the journal takes, keeps and deletes. */
final class QuotaTest {

  private static final String KILOBYTE = "x".repeat(1024);

  private final SimulatedDisk disk = new SimulatedDisk(new Random(1));
  private final HandClock clock = new HandClock();

  @Test
  @DisplayName("Q-01 a full journal refuses with a reason, and takes again when a reader moves on")
  void append_readersLag_refusesUntilTheyMove() throws Exception {
    JournalConfig config = config().maxBytes(20_000).segmentBytes(3000).build();
    try (SegmentedJournal journal = open(config);
        JournalCursor reader = journal.cursor("reader")) {
      int stored = 0;
      JournalRefusedException refusal;
      while ((refusal = refusal(journal, frame(KILOBYTE))) == null) {
        stored++;
      }

      assertThat(refusal.reason()).isEqualTo("full");
      assertThat(refusal.retryAfter()).isPositive();
      assertThat(journal.status().refusing()).startsWith("full");
      assertThat(journal.status().bytes()).isLessThanOrEqualTo(18_000);
      assertThat(texts(reader)).hasSize(stored);

      reader.commit(stored - 1);

      await().until(() -> journal.status().refusing() == null);
      assertThat(refusal(journal, frame(KILOBYTE))).isNull();
    }
  }

  @Test
  @DisplayName("Q-01 the server's own frames fit when intake no longer does")
  void append_ownWorkInFullJournal_isTaken() throws Exception {
    JournalConfig config = config().maxBytes(20_000).segmentBytes(3000).build();
    try (SegmentedJournal journal = open(config);
        JournalCursor reader = journal.cursor("reader")) {
      while (refusal(journal, frame(KILOBYTE)) == null) {}

      Map<String, String> own = Map.of(Frame.ORIGIN, "stitch");
      byte[] payload = new byte[1024];

      assertThat(refusal(journal, new Frame(Signal.TRACES, 1, 1, own, payload))).isNull();
      while (refusal(journal, new Frame(Signal.TRACES, 1, 1, own, payload)) == null) {}
      assertThat(journal.status().bytes()).isLessThanOrEqualTo(20_000);
      assertThat(reader.pending()).isPositive();
    }
  }

  @Test
  void append_tooLittleRoomOnDisk_refuses() throws Exception {
    disk.capacity(1_000_000);
    JournalConfig config = config().minFreeBytes(50_000).build();
    try (SegmentedJournal journal = open(config)) {
      assertThat(refusal(journal, frame(KILOBYTE))).isNull();
      disk.capacity(20_000);
      await().until(() -> journal.status().refusing() != null);

      assertThat(refusal(journal, frame(KILOBYTE)).reason()).isEqualTo("disk");

      disk.capacity(1_000_000);
      await().until(() -> journal.status().refusing() == null);
      assertThat(refusal(journal, frame(KILOBYTE))).isNull();
    }
  }

  @Test
  @DisplayName(
      "Q-08 a payload of the greatest size is taken, one more byte is refused for its size")
  void append_greatestPayload_isTaken() throws Exception {
    JournalConfig config = config().maxFrameBytes(5000).segmentBytes(3000).build();
    try (SegmentedJournal journal = open(config);
        JournalCursor reader = journal.cursor("reader")) {
      assertThat(refusal(journal, frame("x".repeat(5001))).reason()).isEqualTo("size");
      assertThat(refusal(journal, frame("x".repeat(5000)))).isNull();
      assertThat(refusal(journal, frame("small"))).isNull();

      assertThat(texts(reader)).containsExactly("x".repeat(5000), "small");
      assertThat(journal.status().segments()).isEqualTo(2);
    }
  }

  @Test
  void append_headersTooLong_refusesForSize() throws Exception {
    Map<String, String> headers = Map.of("x-scope-orgid", "t".repeat(40_000));
    try (SegmentedJournal journal = open(config().build())) {
      Frame frame = new Frame(Signal.LOGS, 1, 1, headers, new byte[0]);

      assertThat(refusal(journal, frame).reason()).isEqualTo("size");
    }
  }

  @Test
  @DisplayName("Q-08 a frame that ends exactly at the limit stays in the segment, the next rolls")
  void append_frameEndsAtLimit_rollsBehindIt() throws Exception {
    int overhead = FrameFormat.FIXED_BYTES;
    JournalConfig config =
        config().segmentBytes(SegmentHeader.BYTES + 3 * (overhead + 100)).build();
    try (SegmentedJournal journal = open(config)) {
      for (int i = 0; i < 3; i++) {
        journal.append(frame("x".repeat(100))).join();
      }
      assertThat(journal.status().segments()).isEqualTo(1);
      assertThat(journal.status().bytes()).isEqualTo(config.segmentBytes());

      journal.append(frame("")).join();

      assertThat(journal.status().segments()).isEqualTo(2);
      assertThat(disk.names()).contains(Segment.name(3));
    }
  }

  @Test
  void append_diskStalls_boundsWhatWaits() throws Exception {
    SlowFault slow = new SlowFault();
    JournalConfig config = config().maxFrameBytes(2000).maxQueuedBytes(10_000).build();
    SegmentedJournal journal = open(config);
    try (journal;
        slow) {
      journal.append(frame("first")).join();
      disk.fault(slow);
      journal.append(frame("in the force"));
      slow.reached.join();

      int taken = 0;
      while (!journal.append(frame(KILOBYTE)).isCompletedExceptionally()) {
        taken++;
      }

      assertThat(taken).isEqualTo(10_000 / (1024 + FrameFormat.FIXED_BYTES));
      assertThat(journal.status().refusing()).startsWith("full: the disk is slower");
    }
    assertThat(journal.status().nextSequence()).isEqualTo(2 + 9);
  }

  @Test
  @DisplayName("Q-18 disk use returns to the floor after the readers have caught up")
  void commit_everything_deletesWhatIsBeyondRetention() throws Exception {
    JournalConfig config = config().segmentBytes(3000).retentionBytes(5000).build();
    try (SegmentedJournal journal = open(config);
        JournalCursor reader = journal.cursor("reader")) {
      for (int i = 0; i < 30; i++) {
        journal.append(frame(KILOBYTE)).join();
      }
      assertThat(journal.status().bytes()).isGreaterThan(30_000);
      assertThat(texts(reader)).hasSize(30);
      reader.commit(29);

      await().until(() -> journal.status().bytes() <= 5000);
      assertThat(journal.read(0)).isNull();
      assertThat(text(journal.read(29))).isEqualTo(KILOBYTE);
    }
  }

  @Test
  void commit_olderThanRetention_deletesByAge() throws Exception {
    JournalConfig config = config().segmentBytes(3000).retention(Duration.ofDays(1)).build();
    try (SegmentedJournal journal = open(config);
        JournalCursor reader = journal.cursor("reader")) {
      for (int i = 0; i < 9; i++) {
        journal.append(frame(KILOBYTE)).join();
      }
      reader.commit(8);
      clock.now = clock.now.plus(Duration.ofHours(25));
      journal.append(frame(KILOBYTE)).join();

      await().until(() -> journal.read(0) == null);
      assertThat(reader.pending()).isEqualTo(1);
      assertThat(text(journal.read(8))).as("younger than a day when its segment ended").isNotNull();
    }
  }

  @Test
  @DisplayName("Q-14 an outage of four days loses nothing, however old the frames get")
  void poll_afterLongOutage_everyFrameIsThere() throws Exception {
    JournalConfig config =
        config().segmentBytes(3000).retention(Duration.ofHours(1)).retentionBytes(0).build();
    try (SegmentedJournal journal = open(config)) {
      journal.cursor("tempo").close();
      JournalCursor loki = journal.cursor("loki");
      for (int hour = 0; hour < 96; hour++) {
        journal.append(frame("hour " + hour + KILOBYTE)).join();
        loki.commit(hour);
        clock.now = clock.now.plus(Duration.ofHours(1));
      }
      loki.close();

      try (JournalCursor tempo = journal.cursor("tempo")) {
        assertThat(texts(tempo)).hasSize(96).element(0).asString().startsWith("hour 0x");
      }
    }
  }

  @Test
  @DisplayName("Q-19 a clock that jumps back changes neither order nor what is kept")
  void append_clockJumpsBack_orderStays() throws Exception {
    JournalConfig config = config().segmentBytes(1500).build();
    try (SegmentedJournal journal = open(config);
        JournalCursor reader = journal.cursor("reader")) {
      journal.append(frame("a" + KILOBYTE)).join();
      clock.now = clock.now.minus(Duration.ofDays(4000));
      journal.append(frame("b" + KILOBYTE)).join();
      journal.append(frame("c" + KILOBYTE)).join();
      reader.commit(2);

      assertThat(texts(reader)).extracting(text -> text.charAt(0)).containsExactly('a', 'b', 'c');
    }
  }

  private JournalConfig.Builder config() {
    return JournalConfig.builder(Path.of("simulated"))
        .minFreeBytes(0)
        .tailBytes(0)
        .cursorDelay(Duration.ofMillis(2));
  }

  private SegmentedJournal open(JournalConfig config) throws IOException {
    return SegmentedJournal.open(config, disk, clock, new PrometheusRegistry());
  }

  private static JournalRefusedException refusal(Journal journal, Frame frame) {
    try {
      journal.append(frame).join();
      return null;
    } catch (CompletionException e) {
      return (JournalRefusedException) e.getCause();
    }
  }

  private static final class HandClock extends Clock {

    private volatile Instant now = Instant.parse("2026-03-01T00:00:00Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  /** Holds the forces of segments until it is closed. */
  private static final class SlowFault implements SimulatedDisk.Fault, AutoCloseable {

    private final CompletableFuture<Void> reached = new CompletableFuture<>();
    private final CompletableFuture<Void> stall = new CompletableFuture<>();

    @Override
    public void before(String operation, String name) {
      if (operation.equals("force") && name.endsWith(Segment.SUFFIX)) {
        reached.complete(null);
        stall.join();
      }
    }

    @Override
    public void close() {
      stall.complete(null);
    }
  }
}
