// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static io.correlationstation.server.journal.JournalContract.frame;
import static io.correlationstation.server.journal.JournalContract.text;
import static io.correlationstation.server.journal.JournalContract.texts;
import static io.correlationstation.server.journal.JournalContract.textsAfterCrash;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.journal.JournalCursor.Entry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Frames that kill the process, which is killed here by looking at a copy of its disk. */
@DisplayName("Q-25 a frame that crashes its reader is recognised, across restarts")
final class PoisonTest {

  private static final int RISK = 3;

  private final JournalConfig config =
      JournalConfig.builder(Path.of("simulated"))
          .minFreeBytes(0)
          .cursorDelay(Duration.ofMillis(1))
          .build();
  private SimulatedDisk disk = new SimulatedDisk(new Random(1));

  @BeforeEach
  void fillJournal() throws Exception {
    try (SegmentedJournal journal = open()) {
      for (String text : List.of("a", "b", "poison", "c", "d")) {
        journal.append(frame(text)).join();
      }
    }
  }

  @Test
  void poll_frameKillsEachTime_isHandedOutThreeTimesThenCanBeSetAside() throws Exception {
    List<String> done = new ArrayList<>();
    int deaths = 0;
    boolean alive = false;
    while (!alive && deaths < 10) {
      SimulatedDisk crashed = null;
      try (SegmentedJournal journal = open();
          JournalCursor cursor = journal.cursor("reader")) {
        Entry entry;
        int quiet = 0;
        while (crashed == null && quiet < 2) {
          entry = cursor.poll(Duration.ZERO);
          quiet = entry == null ? quiet + 1 : 0;
          if (entry != null && text(entry.frame()).equals("poison") && entry.attempts() <= RISK) {
            crashed = disk.afterKill();
          } else if (entry != null) {
            done.add(text(entry.frame()) + (entry.attempts() > RISK ? " set aside" : ""));
            cursor.commit(entry.sequence());
          }
        }
      }
      alive = crashed == null;
      if (crashed != null) {
        deaths++;
        disk = crashed;
      }
    }

    assertThat(deaths).isEqualTo(RISK);
    assertThat(done).doesNotContain("a set aside", "b set aside");
    assertThat(done).containsOnlyOnce("poison set aside").contains("a", "b", "c", "d");
    assertThat(done).doesNotContain("poison");
  }

  @Test
  void poll_afterCrash_handsSuspectsOutOneByOne() throws Exception {
    crashAfterPolling(3);

    try (SegmentedJournal journal = open();
        JournalCursor cursor = journal.cursor("reader")) {
      for (String suspect : List.of("a", "b", "poison", "c", "d")) {
        assertThat(text(cursor.poll(Duration.ofSeconds(5)).frame())).isEqualTo(suspect);
        assertThat(cursor.poll(Duration.ofSeconds(5))).as("alone").isNull();
      }
      journal.append(frame("fresh")).join();
    }
  }

  @Test
  void poll_afterOrderlyClose_handsOutFreely() throws Exception {
    try (SegmentedJournal journal = open();
        JournalCursor cursor = journal.cursor("reader")) {
      assertThat(texts(cursor)).hasSize(5);
    }

    try (SegmentedJournal journal = open();
        JournalCursor cursor = journal.cursor("reader")) {
      Entry entry = cursor.poll(Duration.ZERO);
      assertThat(entry.attempts()).isEqualTo(1);
      assertThat(texts(cursor)).hasSize(4);
    }
  }

  @Test
  void poll_sameFrameRetriedForAnOutage_doesNotCountAsAttempts() throws Exception {
    crashAfterPolling(1);

    try (SegmentedJournal journal = open();
        JournalCursor cursor = journal.cursor("reader")) {
      for (int retry = 0; retry < 10; retry++) {
        Entry entry = cursor.poll(Duration.ZERO);
        assertThat(text(entry.frame())).isEqualTo("a");
        assertThat(entry.attempts()).isLessThanOrEqualTo(2);
        cursor.rewind();
        if (retry == 0) {
          assertThat(cursor.poll(Duration.ZERO)).isNull();
        }
      }
    }
  }

  @Test
  void poll_killedDuringOutageAgainAndAgain_neverLooksLikePoison() throws Exception {
    for (int life = 0; life < 6; life++) {
      SimulatedDisk crashed;
      try (SegmentedJournal journal = open();
          JournalCursor cursor = journal.cursor("reader")) {
        Entry entry = cursor.poll(Duration.ZERO);
        assertThat(entry.attempts()).as("life " + life).isLessThanOrEqualTo(RISK);
        cursor.rewind();
        cursor.poll(Duration.ZERO);
        cursor.rewind();
        cursor.poll(Duration.ZERO);
        crashed = disk.afterKill();
      }
      disk = crashed;
    }
  }

  @Test
  void poll_crashFarBehindTheFence_makesThatFrameTheSuspect() throws Exception {
    try (SegmentedJournal journal = open()) {
      for (int i = 0; i < 12_000; i++) {
        journal.append(frame("more"));
      }
    }
    crashAfterPolling(12_000);

    crashAfterPolling(3);

    try (SegmentedJournal journal = open();
        JournalCursor cursor = journal.cursor("reader")) {
      assertThat(cursor.poll(Duration.ZERO).attempts()).isEqualTo(2);
      assertThat(cursor.poll(Duration.ZERO)).isNull();
    }
  }

  @Test
  void poll_beyondTheFence_writesTheCursorRarely() throws Exception {
    try (SegmentedJournal journal = open();
        JournalCursor cursor = journal.cursor("reader")) {
      for (int i = 0; i < 2000; i++) {
        journal.append(frame("more"));
      }
      journal.append(frame("last")).join();
      long before = disk.operations();

      assertThat(textsAfterCrash(cursor)).hasSize(2006);

      assertThat(disk.operations() - before).isLessThan(40);
    }
  }

  /** Leaves the disk as a process leaves it that dies after so many polls without a commit. */
  private void crashAfterPolling(int frames) throws Exception {
    SimulatedDisk crashed;
    try (SegmentedJournal journal = open();
        JournalCursor cursor = journal.cursor("reader")) {
      for (int i = 0; i < frames; i++) {
        assertThat(cursor.poll(Duration.ZERO)).isNotNull();
      }
      crashed = disk.afterKill();
    }
    disk = crashed;
  }

  private SegmentedJournal open() throws IOException {
    return SegmentedJournal.open(config, disk, Clock.systemUTC(), new PrometheusRegistry());
  }
}
