// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.journal.JournalCursor.Entry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The disk dies at a random operation, in the middle of appends, of cursor writes, of a segment's
 * start or of recovery itself; what is left is a random choice among all that was not forced. Then
 * everything starts again, several times over on the same data.
 */
final class PowerLossTest {

  private static final int SEEDS_PER_CASE = 40;
  private static final int LIVES = 4;

  /** Told to a sender or shown to a reader: from then on it has to stay. */
  private final Map<Long, String> acknowledged = new HashMap<>();

  private final Set<String> appended = new HashSet<>();
  private long committed = -1;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  @DisplayName("Q-03 Q-11 power loss at any operation loses nothing that was acknowledged")
  void open_afterPowerLoss_hasEverythingAcknowledged(int part) throws Exception {
    for (int seed = part * SEEDS_PER_CASE; seed < (part + 1) * SEEDS_PER_CASE; seed++) {
      live(new Random(seed), 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  @DisplayName("Q-02 Q-11 a process killed at any operation loses nothing that was acknowledged")
  void open_afterKill_hasEverythingAcknowledged(int part) throws Exception {
    for (int seed = part * SEEDS_PER_CASE; seed < (part + 1) * SEEDS_PER_CASE; seed++) {
      live(new Random(seed), 0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 7})
  @DisplayName("Q-03 power loss after a kill: what the dead process had not forced is forced again")
  void open_afterKillAndPowerLoss_hasEverythingShown(int part) throws Exception {
    for (int seed = part * SEEDS_PER_CASE; seed < (part + 1) * SEEDS_PER_CASE; seed++) {
      live(new Random(seed), 0.4);
    }
  }

  private void live(Random random, double powerLosses) throws Exception {
    acknowledged.clear();
    appended.clear();
    committed = -1;
    SimulatedDisk disk = new SimulatedDisk(random);
    for (int life = 0; life < LIVES; life++) {
      disk.dieAfter(random.nextInt(60));
      run(disk, random, life);
      disk = random.nextDouble() < powerLosses ? disk.afterPowerLoss() : disk.afterKill();
    }
    disk.works();
    check(disk);
  }

  private void run(SimulatedDisk disk, Random random, int life) throws Exception {
    try (SegmentedJournal journal = open(disk, 200 + random.nextInt(3000));
        JournalCursor cursor = journal.cursor("reader")) {
      List<CompletableFuture<Long>> futures = new ArrayList<>();
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        String text = life + "/" + i + "/" + "x".repeat(random.nextInt(900));
        appended.add(text);
        texts.add(text);
        futures.add(journal.append(frame(text)));
        if (random.nextInt(3) == 0) {
          settle(futures.get(i));
          Entry entry = cursor.poll(Duration.ZERO);
          if (entry != null) {
            cursor.commit(entry.sequence());
            String shown = new String(entry.frame().payload(), UTF_8);
            assertThat(acknowledged.getOrDefault(entry.sequence(), shown)).isEqualTo(shown);
            acknowledged.put(entry.sequence(), shown);
            committed = Math.max(committed, entry.sequence());
          }
        }
      }
      for (int i = 0; i < futures.size(); i++) {
        if (settle(futures.get(i))) {
          String before = acknowledged.put(futures.get(i).join(), texts.get(i));
          assertThat(before).as("number used twice").isIn(null, texts.get(i));
        }
      }
    } catch (IOException e) {
      // the disk died while the journal opened, or under a poll
    }
  }

  private void check(SimulatedDisk disk) throws Exception {
    try (SegmentedJournal journal = open(disk, 1000);
        JournalCursor all = journal.cursor("check");
        JournalCursor reader = journal.cursor("reader")) {
      Map<Long, String> found = new HashMap<>();
      long last = -1;
      Entry entry;
      while ((entry = all.poll(Duration.ZERO)) != null) {
        assertThat(entry.sequence()).isGreaterThan(last);
        last = entry.sequence();
        String text = new String(entry.frame().payload(), UTF_8);
        assertThat(appended).contains(text);
        assertThat(new String(journal.read(last).payload(), UTF_8)).isEqualTo(text);
        found.put(last, text);
      }
      acknowledged.forEach(
          (sequence, text) -> assertThat(found.get(sequence)).as("" + sequence).isEqualTo(text));
      assertThat(reader.committed()).isLessThanOrEqualTo(committed);
    }
  }

  private static SegmentedJournal open(SimulatedDisk disk, long segmentBytes) throws IOException {
    JournalConfig config =
        JournalConfig.builder(Path.of("simulated"))
            .minFreeBytes(0)
            .segmentBytes(segmentBytes)
            .tailBytes(0)
            .cursorDelay(Duration.ofMillis(1))
            .build();
    return SegmentedJournal.open(config, disk, Clock.systemUTC(), new PrometheusRegistry());
  }

  private static boolean settle(CompletableFuture<Long> future) {
    try {
      future.join();
      return true;
    } catch (CompletionException e) {
      assertThat(e).hasCauseInstanceOf(JournalRefusedException.class);
      return false;
    }
  }

  private static Frame frame(String text) {
    return new Frame(Signal.TRACES, 7, 1, Map.of("n", "v"), text.getBytes(UTF_8));
  }
}
