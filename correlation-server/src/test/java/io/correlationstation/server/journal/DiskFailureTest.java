// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static io.correlationstation.server.journal.JournalContract.frame;
import static io.correlationstation.server.journal.JournalContract.text;
import static io.correlationstation.server.journal.JournalContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Disks that fill up, fail and come back. */
final class DiskFailureTest {

  private final JournalConfig config =
      JournalConfig.builder(Path.of("simulated"))
          .minFreeBytes(0)
          .segmentBytes(2000)
          .tailBytes(0)
          .cursorDelay(Duration.ofMillis(5))
          .build();
  private final SimulatedDisk disk = new SimulatedDisk(new Random(1));

  @Test
  @DisplayName("Q-05 a failed force refuses, seals the segment and is not repeated")
  void append_forceFails_refusesUntilDiskWorks() throws Exception {
    try (SegmentedJournal journal = open(disk)) {
      journal.append(frame("before")).join();
      AtomicLong segmentForces = new AtomicLong();
      disk.fault(
          (operation, name) -> {
            if (operation.equals("force")) {
              segmentForces.addAndGet(name.endsWith(Segment.SUFFIX) ? 1 : 0);
              throw new IOException("Input/output error");
            }
          });

      assertThat(refusal(journal, "lost")).isEqualTo("io");
      assertThat(refusal(journal, "refused at once")).isEqualTo("io");
      assertThat(journal.status().refusing()).startsWith("io:");
      assertThat(segmentForces).hasValue(1);

      disk.works();
      await().until(() -> journal.status().refusing() == null);
      assertThat(journal.append(frame("after")).join()).isEqualTo(1);
      assertThat(journal.status().segments()).isEqualTo(2);
    }
    assertThat(textsOf(disk.afterPowerLoss())).containsExactly("before", "after");
  }

  @Test
  @DisplayName("Q-05 what a failed force left behind never comes back as another frame's number")
  void read_afterFailedForce_showsOnlyWhatWasAcknowledged() throws Exception {
    try (SegmentedJournal journal = open(disk);
        JournalCursor cursor = journal.cursor("reader")) {
      journal.append(frame("a")).join();
      disk.fault(
          (operation, name) -> {
            if (name.endsWith(Segment.SUFFIX) && Set.of("force", "truncate").contains(operation)) {
              throw new IOException("Input/output error");
            }
          });
      refusal(journal, "void");
      disk.works();
      await().until(() -> journal.status().refusing() == null);
      journal.append(frame("b")).join();

      assertThat(texts(cursor)).containsExactly("a", "b");
      assertThat(text(journal.read(1))).isEqualTo("b");
    }
    assertThat(new String(disk.content(Segment.name(0)))).contains("void");
    assertThat(textsOf(disk.afterKill())).containsExactly("a", "b");
  }

  @Test
  @DisplayName(
      "Q-04 a full disk refuses, keeps what was acknowledged and goes on when there is room")
  void append_diskFull_refusesUntilThereIsRoom() throws Exception {
    int stored = 0;
    try (SegmentedJournal journal = open(disk)) {
      disk.capacity(6000);
      while (refusal(journal, "x".repeat(100) + stored) == null) {
        stored++;
      }
      assertThat(stored).isPositive();
      assertThat(journal.status().refusing()) // the second when upkeep asks the disk just before
          .containsPattern("^io: cannot write: No space left|^disk: less than 0 bytes free");

      disk.capacity(200_000);
      await().until(() -> journal.status().refusing() == null);
      journal.append(frame("room")).join();
    }
    List<String> texts = textsOf(disk.afterPowerLoss());
    assertThat(texts).hasSize(stored + 1);
    assertThat(texts.get(stored)).isEqualTo("room");
  }

  @Test
  @DisplayName("Q-04 a cursor that cannot be written is written when the disk has room again")
  void commit_diskFullForCursors_isStoredLater() throws Exception {
    try (SegmentedJournal journal = open(disk);
        JournalCursor cursor = journal.cursor("reader")) {
      journal.append(frame("a")).join();
      journal.append(frame("b")).join();
      assertThat(texts(cursor)).hasSize(2);
      long before = disk.operations();
      disk.fault(
          (operation, name) -> {
            if (name.contains(".cursor")) {
              throw new IOException("No space left on device");
            }
          });
      cursor.commit(0);
      await().until(() -> disk.operations() > before + 3);
      assertThat(journal.append(frame("c")).join()).isEqualTo(2);

      disk.works();
      await().until(() -> committedOnDisk(disk.afterPowerLoss(), "reader") == 0);
    }
  }

  @Test
  @DisplayName("Q-06 a disk that became read-only refuses, and what is there can be read")
  void append_readOnlyDisk_refusesAndStillReads() throws Exception {
    try (SegmentedJournal journal = open(disk);
        JournalCursor cursor = journal.cursor("reader")) {
      journal.append(frame("a")).join();
      journal.append(frame("b")).join();
      assertThat(text(cursor.poll(Duration.ZERO).frame())).isEqualTo("a");
      disk.fault(
          (operation, name) -> {
            throw new IOException("Read-only file system");
          });

      assertThat(refusal(journal, "c")).isEqualTo("io");
      assertThat(texts(cursor)).containsExactly("b");
      assertThat(text(journal.read(0))).isEqualTo("a");
    }
  }

  @Test
  @DisplayName("Q-06 a read-only disk stops the start")
  void open_readOnlyDisk_throws() {
    disk.fault(
        (operation, name) -> {
          throw new IOException("Read-only file system");
        });

    assertThatThrownBy(() -> open(disk)).hasMessage("Read-only file system");
  }

  @Test
  @DisplayName("Q-11 whichever single operation fails, everything acknowledged is there afterwards")
  void append_anyOperationFailsOnce_keepsWhatWasAcknowledged() throws Exception {
    for (int failing = 0; failing < 90; failing++) {
      SimulatedDisk unlucky = new SimulatedDisk(new Random(failing));
      failOnce(unlucky, failing);
      List<String> acknowledged = new ArrayList<>();
      int last = -1;
      try (SegmentedJournal journal = open(unlucky);
          JournalCursor cursor = journal.cursor("reader")) {
        for (int i = 0; i < 8; i++) {
          String text = i + "x".repeat(400);
          if (refusal(journal, text) == null) {
            acknowledged.add(text);
          }
          JournalCursor.Entry entry = cursor.poll(Duration.ZERO);
          if (entry != null) {
            cursor.commit(entry.sequence());
            last = (int) entry.sequence();
          }
        }
      } catch (IOException e) {
        assertThat(e).hasMessage("operation " + failing);
      }
      SimulatedDisk after = unlucky.afterPowerLoss();
      assertThat(textsOf(after)).as("operation " + failing).containsSubsequence(acknowledged);
      assertThat(committedOnDisk(after, "reader")).isLessThanOrEqualTo(last);
    }
  }

  private SegmentedJournal open(SimulatedDisk on) throws IOException {
    return SegmentedJournal.open(config, on, Clock.systemUTC(), new PrometheusRegistry());
  }

  private List<String> textsOf(SimulatedDisk on) throws Exception {
    try (SegmentedJournal journal = open(on);
        JournalCursor cursor = journal.cursor("check")) {
      return texts(cursor);
    }
  }

  private static long committedOnDisk(SimulatedDisk on, String cursor) throws IOException {
    CursorState state = new CursorFiles(on).load(on.names()).get(cursor);
    return state == null ? -1 : state.committed();
  }

  /** The reason an append is refused, or null when it is stored. */
  private static String refusal(Journal journal, String text) {
    try {
      journal.append(frame(text)).join();
      return null;
    } catch (CompletionException e) {
      return ((JournalRefusedException) e.getCause()).reason();
    }
  }

  private static void failOnce(SimulatedDisk unlucky, int failing) {
    AtomicLong count = new AtomicLong();
    unlucky.fault(
        (operation, name) -> {
          if (count.getAndIncrement() == failing) {
            throw new IOException("operation " + failing);
          }
        });
  }
}
