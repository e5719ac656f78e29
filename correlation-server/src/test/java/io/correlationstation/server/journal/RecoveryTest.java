// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static io.correlationstation.server.journal.JournalContract.frame;
import static io.correlationstation.server.journal.JournalContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Directories as crashes, restores and other versions leave them. */
final class RecoveryTest {

  private final JournalConfig config =
      JournalConfig.builder(Path.of("simulated"))
          .minFreeBytes(0)
          .segmentBytes(300)
          .tailBytes(0)
          .cursorDelay(Duration.ofMillis(1))
          .build();
  private final SimulatedDisk disk = new SimulatedDisk(new Random(1));
  private PrometheusRegistry registry;

  /** Segments 0 to 4, 5 to 9 and 10 to 11; the reader has committed 3. */
  @BeforeEach
  void fillJournal() throws Exception {
    try (SegmentedJournal journal = open();
        JournalCursor reader = journal.cursor("reader")) {
      for (int i = 0; i < 12; i++) {
        journal.append(frame("f" + i % 10)).join();
      }
      assertThat(texts(reader)).hasSize(12);
      reader.commit(3);
    }
    disk.remove(CleanMark.NAME);
    assertThat(segments()).containsExactly(Segment.name(0), Segment.name(4), Segment.name(8));
  }

  @Test
  void open_tornTail_cutsAndKeepsItAside() throws Exception {
    String newest = Segment.name(8);
    byte[] content = disk.content(newest);
    disk.replace(newest, Arrays.copyOf(content, content.length - 1));

    try (SegmentedJournal journal = open()) {
      assertThat(journal.status().nextSequence()).isEqualTo(11);
      assertThat(count("corr_wal_damages", "torn")).isEqualTo(1);
      assertThat(disk.content(newest)).hasSizeLessThan(content.length - 1);
      assertThat(disk.names()).anyMatch(name -> name.endsWith(Quarantine.SUFFIX));
      assertThat(journal.append(frame("new")).join()).isEqualTo(11);
    }
  }

  @Test
  @DisplayName("Q-13 a damaged frame is set aside, counted, and only it is missing")
  void poll_damagedFrame_keepsItAsideAndGoesOn() throws Exception {
    String oldest = Segment.name(0);
    byte[] content = disk.content(oldest);
    int payload = SegmentHeader.BYTES + FrameFormat.FIXED_BYTES;
    content[payload] ^= 1;
    disk.replace(oldest, content);

    try (SegmentedJournal journal = open();
        JournalCursor one = journal.cursor("one");
        JournalCursor two = journal.cursor("two")) {
      assertThat(texts(one)).hasSize(11).startsWith("f1");
      assertThat(texts(two)).hasSize(11);

      assertThat(count("corr_wal_damages", "corrupt")).isEqualTo(1);
      assertThat(count("corr_wal_lost_frames", null)).isEqualTo(1);
      String aside = Segment.name(0).replace(Segment.SUFFIX, "") + "-64-50" + Quarantine.SUFFIX;
      assertThat(disk.content(aside))
          .isEqualTo(Arrays.copyOfRange(content, SegmentHeader.BYTES, payload + 2));
    }
  }

  @Test
  void open_middleSegmentMissing_readsTheRestAndCountsTheGap() throws Exception {
    disk.remove(Segment.name(4));

    try (SegmentedJournal journal = open();
        JournalCursor all = journal.cursor("all")) {
      assertThat(texts(all)).hasSize(8);
      assertThat(journal.read(5)).isNull();
      assertThat(count("corr_wal_lost_frames", null)).isEqualTo(4);
    }
  }

  @Test
  void poll_segmentFileVanishes_readsTheRestAndCountsTheGap() throws Exception {
    try (SegmentedJournal journal = open();
        JournalCursor all = journal.cursor("all")) {
      disk.remove(Segment.name(4));

      assertThat(texts(all)).hasSize(8);
      assertThat(journal.read(5)).isNull();
      assertThat(count("corr_wal_lost_frames", null)).isEqualTo(4);
    }
  }

  @Test
  @DisplayName("Q-12 one damaged cursor file: the other generation counts")
  void open_newestCursorFileDamaged_usesTheOneBefore() throws Exception {
    CursorState newest = new CursorFiles(disk).load(disk.names()).get("reader");
    flip("reader." + (newest.generation() & 1) + ".cursor");

    try (SegmentedJournal journal = open();
        JournalCursor reader = journal.cursor("reader")) {
      assertThat(reader.committed()).isLessThanOrEqualTo(3);
      assertThat(texts(reader)).hasSizeGreaterThanOrEqualTo(8).endsWith("f0", "f1");
    }
  }

  @Test
  @DisplayName("Q-12 both cursor files damaged: the reader starts at the oldest frame, counted")
  void open_bothCursorFilesDamaged_readsEverythingAgain() throws Exception {
    flip("reader.0.cursor");
    flip("reader.1.cursor");

    try (SegmentedJournal journal = open();
        JournalCursor reader = journal.cursor("reader")) {
      assertThat(texts(reader)).hasSize(12);
      assertThat(count("corr_wal_cursor_resets", "damaged")).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("Q-20 a cursor ahead of the log: no number is used again, the gap is known")
  void open_cursorAheadOfLog_continuesBehindTheCursor() throws Exception {
    try (SegmentedJournal journal = open();
        JournalCursor reader = journal.cursor("reader")) {
      reader.commit(11);
    }
    disk.remove(CleanMark.NAME);
    disk.remove(Segment.name(8));

    try (SegmentedJournal journal = open();
        JournalCursor reader = journal.cursor("reader");
        JournalCursor other = journal.cursor("other")) {
      assertThat(count("corr_wal_cursor_resets", "ahead")).isEqualTo(1);
      assertThat(journal.append(frame("new")).join()).isEqualTo(12);
      assertThat(texts(reader)).containsExactly("new");
      assertThat(texts(other)).hasSize(9).endsWith("f7", "new");
    }
    try (SegmentedJournal journal = open();
        JournalCursor again = journal.cursor("again")) {
      assertThat(texts(again)).hasSize(9);
    }
  }

  @Test
  @DisplayName("Q-20 a cursor of another journal reads everything rather than nothing")
  void open_cursorOfOtherJournal_readsFromOldest() throws Exception {
    CursorState foreign = new CursorState(99, 1000, 7);
    disk.replace("reader.0.cursor", foreign.encode());

    try (SegmentedJournal journal = open();
        JournalCursor reader = journal.cursor("reader")) {
      assertThat(texts(reader)).hasSize(12);
      assertThat(count("corr_wal_cursor_resets", "foreign")).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("Q-21 a newer format stops the start and leaves everything as it is")
  void open_newerFormat_refusesWithoutTouchingIt() {
    String newest = Segment.name(8);
    byte[] content = disk.content(newest);
    SegmentHeader header = SegmentHeader.parse(ByteBuffer.wrap(content));
    SegmentHeader newer =
        new SegmentHeader(
            SegmentHeader.VERSION + 1,
            header.journalId(),
            header.first(),
            header.previousFirst(),
            header.previousEnd(),
            header.created());
    System.arraycopy(newer.encode(), 0, content, 0, SegmentHeader.BYTES);
    disk.replace(newest, content);

    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("format 2")
        .hasMessageContaining("newer version");
    assertThat(disk.content(newest)).isEqualTo(content);
  }

  @Test
  @DisplayName("Q-21 the bytes of format 1 stay what they are")
  void append_oneFrame_writesTheDocumentedBytes() throws Exception {
    byte[] content = disk.content(Segment.name(0));
    ByteBuffer bytes = ByteBuffer.wrap(content);
    int frame = SegmentHeader.BYTES;

    assertThat(new String(content, 0, 8)).isEqualTo("CSJOURNL");
    assertThat(bytes.getInt(8)).isEqualTo(1);
    assertThat(bytes.getLong(24)).isZero();
    assertThat(bytes.getLong(32)).isEqualTo(-1);
    assertThat(bytes.getInt(frame + 12)).isEqualTo(48);
    assertThat(bytes.getInt(frame + 16)).isEqualTo(2);
    assertThat(bytes.getInt(frame + 20)).isEqualTo(FrameFormat.crc(content, frame + 48, 2));
    assertThat(bytes.getLong(frame + 24)).isZero();
    assertThat(bytes.getLong(frame + 32)).isEqualTo(1_000_000_007L);
    assertThat(bytes.getInt(frame + 40)).isEqualTo(1);
    assertThat(content[frame + 44]).isEqualTo((byte) 1);
    assertThat(new String(content, frame + 48, 2)).isEqualTo("f0");
    assertThat(bytes.getLong(frame + 50)).as("marker").isEqualTo(bytes.getLong(frame));
  }

  @Test
  void open_identityMissing_takesItFromTheSegments() throws Exception {
    disk.remove(Layout.IDENTITY);

    try (SegmentedJournal journal = open();
        JournalCursor reader = journal.cursor("reader")) {
      assertThat(texts(reader)).hasSize(8);
    }
    assertThat(disk.names()).contains(Layout.IDENTITY);
  }

  @Test
  void open_unfinishedFiles_areRemoved() throws Exception {
    disk.replace("reader.0.cursor.tmp", new byte[3]);
    disk.replace(DiskProbe.NAME, new byte[3]);

    open().close();

    assertThat(disk.names()).noneMatch(name -> name.endsWith(".tmp"));
    assertThat(disk.names()).doesNotContain(DiskProbe.NAME);
  }

  private SegmentedJournal open() throws IOException {
    registry = new PrometheusRegistry();
    return SegmentedJournal.open(config, disk, Clock.systemUTC(), registry);
  }

  private List<String> segments() {
    return disk.names().stream().filter(name -> Segment.first(name) >= 0).toList();
  }

  private void flip(String name) {
    byte[] content = disk.content(name);
    content[40] ^= 4;
    disk.replace(name, content);
  }

  /** The sum of a counter, over all its labels or those with one value. */
  private double count(String name, String label) {
    return registry.scrape(metric -> metric.equals(name)).stream()
        .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
        .filter(
            point ->
                label == null
                    || point.getLabels().stream().anyMatch(l -> l.getValue().equals(label)))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }
}
