// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalArchiveTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long NOW = Instant.now().getEpochSecond() * SECOND;
  private static final int FRAMES = 20;

  @TempDir private Path directory;

  @Test
  void next_everything_givesEveryFrameInOrder() throws Exception {
    fill(open()).close();

    assertThat(read(NOW, NOW + FRAMES * SECOND)).isEqualTo(numbers(0, FRAMES));
  }

  @Test
  void next_aSpan_givesItsFirstAndNotItsLast() throws Exception {
    fill(open()).close();

    assertThat(read(NOW + 5 * SECOND, NOW + 8 * SECOND)).containsExactly(5, 6, 7);
  }

  @Test
  void next_besideAServerThatGoesOn_givesWhatWasThereAtTheStart() throws Exception {
    try (SegmentedJournal journal = fill(open());
        JournalArchive archive = JournalArchive.open(directory, NOW, NOW + 100 * SECOND)) {
      journal.append(frame(FRAMES)).join();

      assertThat(read(archive)).startsWith(0, 1, 2).hasSizeBetween(FRAMES, FRAMES + 1);
    }
  }

  @Test
  void next_damagedFrameAndDeletedSegment_areSteppedOver() throws Exception {
    fill(open()).close();
    List<Path> segments = segments();
    byte[] content = Files.readAllBytes(segments.get(1));
    content[200] ^= 1;
    Files.write(segments.get(1), content);

    try (JournalArchive archive = JournalArchive.open(directory, NOW, NOW + FRAMES * SECOND)) {
      Files.delete(segments.get(segments.size() - 2));

      assertThat(read(archive))
          .startsWith(0)
          .endsWith(FRAMES - 1)
          .hasSizeBetween(FRAMES / 2, FRAMES - 2)
          .isSorted()
          .doesNotHaveDuplicates();
    }
  }

  /** A segment that is longer ago than a clock may be off is not even opened. */
  @Test
  void next_longAfterEverySegment_opensTheNewestAtMost() throws Exception {
    fill(open()).close();
    List<Path> segments = segments();
    for (Path old : segments.subList(0, segments.size() - 1)) {
      Files.write(old, new byte[10]);
    }

    assertThat(read(NOW + 3600 * SECOND, NOW + 7200 * SECOND)).isEmpty();
    assertThat(read(NOW - 7200 * SECOND, NOW - 3600 * SECOND)).isEmpty();
  }

  @Test
  void open_noJournal_saysSo() {
    assertThatThrownBy(() -> JournalArchive.open(directory.resolve("none"), 0, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no journal at");
  }

  private SegmentedJournal open() throws IOException {
    return SegmentedJournal.open(
        JournalConfig.builder(directory).minFreeBytes(0).segmentBytes(1000).build(),
        new PrometheusRegistry());
  }

  private static SegmentedJournal fill(SegmentedJournal journal) {
    for (int i = 0; i < FRAMES; i++) {
      journal.append(frame(i)).join();
    }
    return journal;
  }

  private static Frame frame(int number) {
    byte[] payload = ByteBuffer.allocate(150).putInt(number).array();
    return new Frame(Signal.TRACES, NOW + number * SECOND, 1, Map.of(), payload);
  }

  private List<Integer> read(long from, long to) throws IOException {
    try (JournalArchive archive = JournalArchive.open(directory, from, to)) {
      return read(archive);
    }
  }

  private static List<Integer> read(JournalArchive archive) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    for (Frame frame = archive.next(); frame != null; frame = archive.next()) {
      numbers.add(ByteBuffer.wrap(frame.payload()).getInt());
    }
    return numbers;
  }

  private List<Path> segments() throws IOException {
    try (var files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(Segment.SUFFIX)).sorted().toList();
    }
  }

  private static List<Integer> numbers(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }
}
