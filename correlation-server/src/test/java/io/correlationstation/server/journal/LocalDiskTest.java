// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static io.correlationstation.server.journal.JournalContract.frame;
import static io.correlationstation.server.journal.JournalContract.text;
import static io.correlationstation.server.journal.JournalContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a real file system and real threads can show. */
final class LocalDiskTest {

  @TempDir private Path parent;

  @Test
  void open_newDirectory_isForItsOwnerOnly() throws Exception {
    Path directory = parent.resolve("a/journal");
    try (SegmentedJournal journal = open(directory);
        JournalCursor cursor = journal.cursor("reader")) {
      journal.append(frame("a")).join();
      cursor.poll(Duration.ZERO);
      cursor.commit(0);
    }

    assertThat(mode(directory)).isEqualTo("rwx------");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).hasSizeGreaterThan(3).allMatch(file -> mode(file).equals("rw-------"));
    }
  }

  @Test
  @DisplayName("Q-09 a second journal in the same process is refused, and after close is not")
  void open_twiceInOneProcess_isRefused() throws Exception {
    try (SegmentedJournal journal = open(parent)) {
      assertThatThrownBy(() -> open(parent))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("open already");
      assertThat(journal.append(frame("still works")).join()).isZero();
    }
    open(parent).close();
  }

  @Test
  @DisplayName("Q-09 a second process is refused")
  void open_inOtherProcess_isRefused() throws Exception {
    try (SegmentedJournal journal = open(parent)) {
      Process other =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  OtherProcess.class.getName(),
                  parent.toString())
              .redirectErrorStream(true)
              .start();
      String output = new String(other.getInputStream().readAllBytes());

      assertThat(other.waitFor()).as(output).isEqualTo(3);
      assertThat(output).contains("in use by another process");
      assertThat(journal.append(frame("still works")).join()).isZero();
    }
  }

  @Test
  void open_directoryIsAFile_saysSo() throws Exception {
    Path file = Files.createFile(parent.resolve("file"));

    assertThatThrownBy(() -> open(file)).hasMessageContaining("is a file");
  }

  @Test
  @DisplayName("Q-26 interrupting those who append or read leaves the journal open for the others")
  void append_threadsInterrupted_journalStaysOpen() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (SegmentedJournal journal = open(parent);
        JournalCursor reader = journal.cursor("reader")) {
      for (int round = 0; round < 20; round++) {
        CountDownLatch started = new CountDownLatch(8);
        List<Future<?>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          tasks.add(threads.submit(() -> appendAndRead(journal, started)));
        }
        started.await();
        tasks.forEach(task -> task.cancel(true));
      }
      Thread.currentThread().interrupt();
      CompletableFuture<Long> stored = journal.append(frame("after"));
      assertThat(Thread.interrupted()).isTrue();

      long sequence = stored.join();
      assertThat(text(journal.read(sequence))).isEqualTo("after");
      assertThat(texts(reader)).endsWith("after");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  @DisplayName("Q-26 a cursor whose thread was interrupted goes on where it was")
  void poll_interrupted_throwsAndLosesNothing() throws Exception {
    JournalConfig fromDisk = JournalConfig.builder(parent).minFreeBytes(0).tailBytes(0).build();
    try (SegmentedJournal journal = SegmentedJournal.open(fromDisk, new PrometheusRegistry());
        JournalCursor cursor = journal.cursor("reader")) {
      journal.append(frame("a")).join();
      journal.append(frame("b")).join();
      assertThat(text(cursor.poll(Duration.ZERO).frame())).isEqualTo("a");
      cursor.rewind();

      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> cursor.poll(Duration.ZERO)).isInstanceOf(InterruptedException.class);
      assertThat(texts(cursor)).containsExactly("a", "b");
      Thread.currentThread().interrupt();
      cursor.commit(1);
      cursor.close();
      assertThat(Thread.interrupted()).isTrue();
      try (JournalCursor again = journal.cursor("reader")) {
        assertThat(again.committed()).isEqualTo(1);
      }
    }
  }

  @Test
  @DisplayName("Q-22 Q-23 a thousand producers share few forces and wait little")
  void append_thousandProducers_shareForces() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    int producers = 1000;
    int rounds = 20;
    try (SegmentedJournal journal =
        SegmentedJournal.open(JournalConfig.builder(parent).minFreeBytes(0).build(), registry)) {
      List<CompletableFuture<Long>> chains = new ArrayList<>();
      for (int producer = 0; producer < producers; producer++) {
        CompletableFuture<Long> chain = journal.append(frame("x".repeat(300)));
        for (int round = 1; round < rounds; round++) {
          chain = chain.thenCompose(stored -> journal.append(frame("x".repeat(300))));
        }
        chains.add(chain);
      }
      CompletableFuture.allOf(chains.toArray(CompletableFuture[]::new)).join();

      assertThat(journal.status().nextSequence()).isEqualTo(producers * rounds);
      HistogramSnapshot forces =
          (HistogramSnapshot) registry.scrape("corr_wal_fsync_seconds"::equals).get(0);
      assertThat(forces.getDataPoints().get(0).getCount()).isLessThan(producers * rounds / 10);
    }
  }

  private static void appendAndRead(SegmentedJournal journal, CountDownLatch started) {
    started.countDown();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        journal.append(frame("x".repeat(2000))).get();
        journal.read(0);
      }
    } catch (InterruptedException | IOException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  private static SegmentedJournal open(Path directory) throws IOException {
    return SegmentedJournal.open(
        JournalConfig.builder(directory).minFreeBytes(0).build(), new PrometheusRegistry());
  }

  private static String mode(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Tries to open a journal that this test's process has open. */
  static final class OtherProcess {

    public static void main(String[] args) {
      try {
        open(Path.of(args[0]));
      } catch (IOException e) {
        System.out.println(e.getMessage());
        System.exit(3);
      }
    }
  }
}
