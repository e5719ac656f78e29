// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static io.correlationstation.server.journal.JournalContract.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalToolTest {

  @TempDir private Path directory;

  @BeforeEach
  void fillJournal() throws Exception {
    try (SegmentedJournal journal = open();
        JournalCursor reader = journal.cursor("reader")) {
      for (int i = 0; i < 9; i++) {
        Map<String, String> headers = Map.of("origin", "stitch", "x-scope-orgid", "t" + i);
        journal
            .append(new Frame(Signal.LOGS, i * 1_000_000_000L, i, headers, new byte[100]))
            .join();
      }
      reader.commit(4);
    }
  }

  @Test
  void check_goodJournal_isHealthy() throws Exception {
    JournalTool.Report report = JournalTool.of(directory).check();

    assertThat(report.healthy()).isTrue();
    assertThat(report.frames()).isEqualTo(9);
    assertThat(report.segments()).hasSizeGreaterThan(1);
    assertThat(report.cursors()).containsExactly(Map.entry("reader", 4L));
  }

  @Test
  void check_besideAServer_changesNothing() throws Exception {
    try (SegmentedJournal journal = open()) {
      journal.append(frame("more")).join();
      List<String> before = files();

      assertThat(JournalTool.of(directory).check().frames()).isEqualTo(10);

      assertThat(files()).isEqualTo(before);
    }
  }

  @Test
  void check_noDirectory_saysSo() {
    JournalTool tool = JournalTool.of(directory.resolve("none"));

    assertThatThrownBy(tool::check).hasMessageContaining("no journal at");
    assertThatThrownBy(tool::repair).hasMessageContaining("no journal at");
    assertThat(directory.resolve("none")).doesNotExist();
  }

  @Test
  void dump_range_givesEachFrame() throws Exception {
    List<JournalTool.Finding> findings = new ArrayList<>();

    JournalTool.of(directory).dump(3, 5, findings::add);

    assertThat(findings)
        .hasSize(3)
        .element(0)
        .isEqualTo(
            new JournalTool.FrameFinding(
                3,
                "LOGS",
                Instant.ofEpochSecond(3),
                3,
                100,
                Map.of("origin", "stitch", "x-scope-orgid", "t3")));
  }

  @Test
  void repair_damagedFrameAndHeader_leavesAHealthyRest() throws Exception {
    flip(Segment.name(0), 20);
    flip(Segment.name(0), 300);
    JournalTool.Report before = JournalTool.of(directory).check();
    assertThat(before.healthy()).isFalse();
    assertThat(before.missing()).isEqualTo(1);

    JournalTool.Report after = JournalTool.of(directory).repair();

    assertThat(after.frames()).isEqualTo(8);
    assertThat(after.missing()).isEqualTo(1);
    assertThat(after.segments()).allMatch(segment -> segment.damages() == 0);
    assertThat(files()).anyMatch(name -> name.endsWith(Quarantine.SUFFIX));
    try (SegmentedJournal journal = open();
        JournalCursor all = journal.cursor("all")) {
      assertThat(JournalContract.texts(all)).hasSize(8);
      assertThat(journal.append(frame("new")).join()).isEqualTo(9);
    }
  }

  @Test
  void repair_openJournal_isRefused() throws Exception {
    try (SegmentedJournal journal = open()) {
      assertThat(journal.status().nextSequence()).isEqualTo(9);
      assertThatThrownBy(() -> JournalTool.of(directory).repair())
          .hasMessageContaining("open already");
    }
  }

  private SegmentedJournal open() throws IOException {
    return SegmentedJournal.open(
        JournalConfig.builder(directory).minFreeBytes(0).segmentBytes(1000).build(),
        new PrometheusRegistry());
  }

  private void flip(String name, int at) throws IOException {
    byte[] content = Files.readAllBytes(directory.resolve(name));
    content[at] ^= 1;
    Files.write(directory.resolve(name), content);
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
