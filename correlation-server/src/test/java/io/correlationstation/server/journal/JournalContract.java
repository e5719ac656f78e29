// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.server.journal.JournalCursor.Entry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every journal does, whatever it stores frames in. */
abstract class JournalContract {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration NOW = Duration.ZERO;

  private Journal journal;

  /** Opens the journal under test; after {@link Journal#close} the same one again. */
  abstract Journal open() throws IOException;

  @BeforeEach
  void openJournal() throws IOException {
    journal = open();
  }

  @AfterEach
  void closeJournal() {
    journal.close();
  }

  @Test
  void append_frames_numbersThemInOrder() {
    CompletableFuture<Long> first = journal.append(frame("a"));
    CompletableFuture<Long> second = journal.append(frame("b"));

    assertThat(first.join()).isZero();
    assertThat(second.join()).isEqualTo(1);
    assertThat(journal.status().nextSequence()).isEqualTo(2);
  }

  @Test
  void poll_storedFrame_returnsItUnchanged() throws Exception {
    Frame frame =
        new Frame(
            Signal.LOGS,
            1_750_000_000_123_456_789L,
            7,
            Map.of("x-scope-orgid", "ténant-\u0001", "empty", ""),
            new byte[] {0, -1, 10, 13, 127});
    journal.append(frame).join();

    try (JournalCursor cursor = journal.cursor("reader")) {
      assertSame(cursor.poll(SOON).frame(), frame);
    }
  }

  @Test
  @DisplayName("Q-08 a payload of 0 bytes is a frame like any other")
  void poll_emptyPayload_returnsFrame() throws Exception {
    journal.append(new Frame(Signal.METRICS, 5, 0, Map.of(), new byte[0])).join();

    try (JournalCursor cursor = journal.cursor("reader")) {
      Entry entry = cursor.poll(SOON);
      assertThat(entry.frame().payload()).isEmpty();
      assertThat(entry.frame().signal()).isEqualTo(Signal.METRICS);
    }
  }

  @Test
  void poll_nothingThere_returnsNull() throws Exception {
    try (JournalCursor cursor = journal.cursor("reader")) {
      assertThat(cursor.poll(NOW)).isNull();
      assertThat(cursor.poll(Duration.ofMillis(5))).isNull();
    }
  }

  @Test
  void poll_frameComesWhileWaiting_returnsIt() throws Exception {
    try (JournalCursor cursor = journal.cursor("reader")) {
      CountDownLatch polling = new CountDownLatch(1);
      CompletableFuture<Entry> polled =
          CompletableFuture.supplyAsync(
              () -> {
                polling.countDown();
                return pollOne(cursor);
              });
      polling.await();
      journal.append(frame("late")).join();

      assertThat(text(polled.get(10, TimeUnit.SECONDS).frame())).isEqualTo("late");
    }
  }

  @Test
  void cursor_twoNames_readIndependently() throws Exception {
    appendAll("a", "b", "c");

    try (JournalCursor fast = journal.cursor("fast");
        JournalCursor slow = journal.cursor("slow")) {
      assertThat(texts(fast)).containsExactly("a", "b", "c");
      fast.commit(2);

      assertThat(texts(slow)).containsExactly("a", "b", "c");
      assertThat(slow.committed()).isEqualTo(-1);
      assertThat(slow.pending()).isEqualTo(3);
      assertThat(fast.pending()).isZero();
    }
  }

  @Test
  void cursor_openTwice_isRefused() throws Exception {
    try (JournalCursor cursor = journal.cursor("reader")) {
      assertThatThrownBy(() -> journal.cursor("reader")).isInstanceOf(IllegalStateException.class);
      assertThat(cursor.committed()).isEqualTo(-1);
    }
    journal.cursor("reader").close();
  }

  @Test
  @DisplayName("Q-10 after a restart frames come in the order they were appended")
  void cursor_afterRestart_continuesBehindCommit() throws Exception {
    appendAll("a", "b", "c", "d");
    JournalCursor cursor = journal.cursor("reader");
    assertThat(texts(cursor)).hasSize(4);
    cursor.commit(1);

    restart();

    try (JournalCursor again = journal.cursor("reader")) {
      assertThat(again.committed()).isEqualTo(1);
      appendAll("e");
      assertThat(texts(again)).containsExactly("c", "d", "e");
    }
  }

  @Test
  @DisplayName("Q-03 Q-15 nothing acknowledged is gone after a restart")
  void append_acknowledged_isThereAfterRestart() throws Exception {
    appendAll("a", "b");

    restart();

    appendAll("c");
    try (JournalCursor cursor = journal.cursor("reader")) {
      assertThat(texts(cursor)).containsExactly("a", "b", "c");
    }
    assertThat(journal.status().nextSequence()).isEqualTo(3);
  }

  @Test
  void rewind_polledNotCommitted_readsAgain() throws Exception {
    appendAll("a", "b", "c");

    try (JournalCursor cursor = journal.cursor("reader")) {
      texts(cursor);
      cursor.commit(0);
      cursor.rewind();

      assertThat(texts(cursor)).containsExactly("b", "c");
    }
  }

  @Test
  void seek_anyPlace_continuesThere() throws Exception {
    appendAll("a", "b", "c", "d");

    try (JournalCursor cursor = journal.cursor("reader")) {
      cursor.seek(2);
      assertThat(texts(cursor)).containsExactly("c", "d");
      cursor.seek(0);
      assertThat(texts(cursor)).containsExactly("a", "b", "c", "d");
      assertThat(cursor.committed()).isEqualTo(-1);
    }
  }

  @Test
  void commit_lessThanBefore_changesNothing() throws Exception {
    appendAll("a", "b", "c");

    try (JournalCursor cursor = journal.cursor("reader")) {
      cursor.commit(2);
      cursor.commit(0);
      assertThat(cursor.committed()).isEqualTo(2);
    }
  }

  @Test
  void commit_frameThatIsNotThere_isRefused() throws Exception {
    appendAll("a");

    try (JournalCursor cursor = journal.cursor("reader")) {
      assertThatThrownBy(() -> cursor.commit(1)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void read_anyFrame_returnsIt() throws Exception {
    appendAll("a", "b", "c");

    assertThat(text(journal.read(1))).isEqualTo("b");
    assertThat(journal.read(3)).isNull();
    assertThat(journal.read(-1)).isNull();

    restart();

    assertThat(text(journal.read(2))).isEqualTo("c");
    assertThat(text(journal.read(0))).isEqualTo("a");
  }

  @Test
  @DisplayName("Q-16 Q-17 close stores what was taken; later appends are refused, not lost")
  void close_pendingAppends_completesThemFirst() throws Exception {
    List<CompletableFuture<Long>> appended = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      appended.add(journal.append(frame("frame " + i)));
    }

    journal.close();

    assertThat(appended).allMatch(CompletableFuture::isDone);
    assertThatThrownBy(() -> journal.append(frame("late")).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            JournalRefusedException.class, e -> assertThat(e.reason()).isEqualTo("closed"));
    journal = open();
    assertThat(journal.status().nextSequence()).isEqualTo(1000);
  }

  @Test
  void poll_journalClosed_throwsInsteadOfSpinning() throws Exception {
    JournalCursor cursor = journal.cursor("reader");

    journal.close();

    assertThatThrownBy(() -> cursor.poll(NOW)).isInstanceOf(IOException.class);
    cursor.close();
  }

  @Test
  void forget_cursorOfOldReader_letsItGo() throws Exception {
    journal.cursor("old").close();
    assertThat(journal.cursors()).containsExactly("old");

    journal.forget("old");

    assertThat(journal.cursors()).isEmpty();
    restart();
    assertThat(journal.cursors()).isEmpty();
  }

  @Test
  void poll_otherThreadsAppend_everyFrameOnceAndInOrder() throws Exception {
    int frames = 5000;
    try (JournalCursor cursor = journal.cursor("reader")) {
      CompletableFuture<Void> producer =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < frames; i++) {
                  journal.append(frame("frame " + i));
                }
              });
      for (int i = 0; i < frames; i++) {
        Entry entry = cursor.poll(SOON);
        assertThat(entry.sequence()).isEqualTo(i);
        assertThat(text(entry.frame())).isEqualTo("frame " + i);
        assertThat(entry.attempts()).isEqualTo(1);
      }
      producer.join();
      assertThat(cursor.poll(NOW)).isNull();
    }
  }

  final Journal journal() {
    return journal;
  }

  final void restart() throws IOException {
    journal.close();
    journal = open();
  }

  final void appendAll(String... texts) {
    for (String text : texts) {
      journal.append(frame(text)).join();
    }
  }

  static Frame frame(String text) {
    return new Frame(Signal.TRACES, 1_000_000_007L, 1, Map.of(), text.getBytes(UTF_8));
  }

  static String text(Frame frame) {
    return new String(frame.payload(), UTF_8);
  }

  /** Polls what there is. */
  static List<String> texts(JournalCursor cursor) throws IOException, InterruptedException {
    List<String> texts = new ArrayList<>();
    Entry entry;
    while ((entry = cursor.poll(NOW)) != null) {
      texts.add(text(entry.frame()));
    }
    return texts;
  }

  /** Polls what there is, although suspects come one at a time. */
  static List<String> textsAfterCrash(JournalCursor cursor)
      throws IOException, InterruptedException {
    List<String> texts = new ArrayList<>();
    List<String> more;
    while (!(more = texts(cursor)).isEmpty()) {
      texts.addAll(more);
    }
    return texts;
  }

  static void assertSame(Frame actual, Frame expected) {
    assertThat(actual.signal()).isEqualTo(expected.signal());
    assertThat(actual.receivedNanos()).isEqualTo(expected.receivedNanos());
    assertThat(actual.items()).isEqualTo(expected.items());
    assertThat(actual.headers()).isEqualTo(expected.headers());
    assertThat(actual.payload()).isEqualTo(expected.payload());
  }

  private static Entry pollOne(JournalCursor cursor) {
    try {
      return cursor.poll(SOON);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
