// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.SegmentedJournal;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that writes to a journal, again and again on the same directory: 20 rounds, or as
 * many as {@code -Dcrash.rounds} says. After each round everything the process had printed as
 * acknowledged has to be there, bit for bit.
 */
final class JournalCrashIT {

  private static final int ROUNDS = Integer.getInteger("crash.rounds", 20);
  private static final int FEWEST_LINES = 200;
  private static final long SEEDS_PER_ROUND = 1_000_000;

  /** Makes every seed ten digits long, so that a line cut short shows. */
  private static final long SEEDS = 1_000_000_000;

  @TempDir private Path directory;

  private final Map<Long, Long> promised = new HashMap<>();
  private final Random random = new Random();
  private Process writer;

  @AfterEach
  void killWriter() {
    if (writer != null) {
      writer.destroyForcibly();
    }
  }

  @Test
  @DisplayName("Q-02 kill -9 at random moments loses nothing that was acknowledged")
  void append_processKilled_keepsEverythingAcknowledged() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      int before = promised.size();
      writeAndKill(round);
      assertThat(promised.size()).as("acknowledged in round %d", round).isGreaterThan(before);
      checkEverything(round);
    }
    System.out.printf("%d rounds, %d frames acknowledged, none lost%n", ROUNDS, promised.size());
  }

  /**
   * Lets the process make some promises, waits an odd while more, and kills it. Only lines after
   * its first acknowledgement count: the ones before repeat what it read of earlier rounds.
   */
  private void writeAndKill(int round) throws IOException, InterruptedException {
    writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                JournalWriter.class.getName(),
                directory.resolve("journal").toString(),
                Long.toString(SEEDS + round * SEEDS_PER_ROUND))
            .redirectError(directory.resolve("writer.log").toFile())
            .start();
    long killAfter = FEWEST_LINES + random.nextInt(4000);
    try (BufferedReader lines = writer.inputReader()) {
      String line;
      long counted = 0;
      while ((line = lines.readLine()) != null) {
        note(line);
        if (counted > 0 || line.startsWith("acked ")) {
          counted++;
        }
        if (counted == killAfter) {
          writer.toHandle().destroyForcibly(); // unlike the process's, leaves its output readable
        }
      }
    }
    assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(writer.exitValue()).as(() -> "killed, not failed: " + log()).isEqualTo(128 + 9);
  }

  /** A line the kill cut short is not a promise. */
  private void note(String line) {
    String[] words = line.split(" ");
    if (words.length == 3 && words[2].length() == Long.toString(SEEDS).length()) {
      Long before = promised.put(Long.parseLong(words[1]), Long.parseLong(words[2]));
      assertThat(before).isIn(null, Long.parseLong(words[2]));
    }
  }

  private void checkEverything(int round) throws Exception {
    Map<Long, Long> missing = new HashMap<>(promised);
    try (SegmentedJournal journal =
            SegmentedJournal.open(
                JournalWriter.config(directory.resolve("journal")), new PrometheusRegistry());
        JournalCursor cursor = journal.cursor("check" + round)) {
      long last = -1;
      JournalCursor.Entry entry;
      while ((entry = cursor.poll(Duration.ZERO)) != null) {
        assertThat(entry.sequence()).isGreaterThan(last);
        last = entry.sequence();
        Frame expected = JournalWriter.frame(entry.frame().receivedNanos());
        assertThat(entry.frame().payload()).isEqualTo(expected.payload());
        assertThat(entry.frame().headers()).isEqualTo(expected.headers());
        Long seed = missing.remove(entry.sequence());
        assertThat(seed).isIn(null, expected.receivedNanos());
      }
      assertThat(missing).as("lost in round %d", round).isEmpty();
      cursor.close();
      journal.forget("check" + round);
    }
  }

  private String log() {
    try {
      return Files.readString(directory.resolve("writer.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
