// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static io.correlationstation.server.journey.Telemetry.byStitcher;
import static io.correlationstation.server.journey.Telemetry.handoff;
import static io.correlationstation.server.journey.Telemetry.handoffs;
import static io.correlationstation.server.journey.Telemetry.span;
import static io.correlationstation.server.journey.Telemetry.traces;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.JournalCursor.Entry;
import io.correlationstation.server.stitch.Handoff;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecentRowsTest {

  private static final long REFUSED = 999_999;
  private static final List<String> TABLES =
      List.of("fragments", "fragment_keys", "handoffs", "journeys", "journey_circuits", "aliases");

  @TempDir Path directory;

  /** One that keeps nothing asks the store for everything: what it writes is what must be there. */
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 1_000})
  void apply_anyOrderAndBatchesAndFailures_storesAsWithoutRecentRows(int kept) {
    for (int seed = 0; seed < 6; seed++) {
      assertThat(storedWith(kept, seed)).isEqualTo(storedWith(0, seed));
    }
  }

  @Test
  void apply_handoffBeforeItsTraces_joinsThem() {
    OrderStory story = new OrderStory(1, 0, false);

    Map<String, List<String>> stored =
        stored(
            "early",
            1_000,
            List.of(
                List.of(handoffs(story.toMdso, story.toArda)),
                List.of(traces(story.order, story.create)),
                List.of(traces(story.workflow, story.collector), traces(story.topology))));

    assertThat(stored.get("journeys")).hasSize(1);
  }

  /** The store may have a handoff of a trace of which it has no fragment. */
  @Test
  void apply_handoffOfEarlierRunWithoutTraces_joinsThemAfterRestart() {
    OrderStory story = new OrderStory(1, 0, false);
    Run before = new Run("restart", 1_000);
    before.apply(List.of(handoffs(story.toMdso, story.toArda)), false);
    before.database.close();

    Run after = new Run("restart", 1_000);
    after.apply(List.of(traces(story.order, story.create)), false);
    after.apply(List.of(traces(story.workflow), traces(story.topology)), false);

    assertThat(after.dump().get("journeys")).hasSize(1);
    after.database.close();
  }

  /** As when the connection breaks in the middle of a commit that is carried out. */
  @Test
  void apply_refusedAfterItWasStored_storesItOnce() {
    OrderStory story = new OrderStory(1, 0, false);
    Run run = new Run("twice", 1_000);
    Findings findings = run.findings(story.frames());
    run.writer.apply(findings, run.sequence);
    Map<String, List<String>> once = run.dump();

    assertThatThrownBy(() -> run.writer.apply(findings, REFUSED)).isNotNull();
    run.writer.apply(findings, run.sequence);

    assertThat(run.dump()).isEqualTo(once);
    run.database.close();
  }

  @Test
  void saved_fragmentOfVeryManySpans_isNotKept() {
    RecentRows recent = new RecentRows(10);
    FragmentRow small = new FragmentRow(1, Telemetry.trace(1));
    FragmentRow large = new FragmentRow(2, Telemetry.trace(2));
    for (int span = 1; span <= RecentRows.MAX_SIZE + 1; span++) {
      large.spanIds.insert(span);
    }
    recent.first(small);
    recent.first(large);

    recent.saved(small);
    recent.saved(large);

    assertThat(recent.kept(small.traceId)).isTrue();
    assertThat(recent.kept(large.traceId)).isFalse();
  }

  private Map<String, List<String>> storedWith(int kept, int seed) {
    Random random = new Random(seed);
    List<Frame> frames = frames();
    Collections.shuffle(frames, random);
    List<List<Frame>> batches = new ArrayList<>();
    while (!frames.isEmpty()) {
      List<Frame> batch = frames.subList(0, Math.min(frames.size(), 1 + random.nextInt(4)));
      batches.add(List.copyOf(batch));
      batch.clear();
    }
    return stored(kept + "-" + seed, kept, batches);
  }

  /** Orders, their handoffs, what the stitcher shows of them, and second thoughts. */
  private static List<Frame> frames() {
    List<Frame> frames = new ArrayList<>();
    OrderStory last = null;
    for (int number = 1; number <= 5; number++) {
      OrderStory story = new OrderStory(number, 200L * number, number % 2 == 0);
      frames.addAll(story.frames());
      frames.add(
          byStitcher(
              traces(
                  span(story.beornTrace, 9_000 + number, "correlation-server", "bridge"),
                  span(story.mdsoTrace, 9_100 + number, "correlation-server", "marker"))));
      if (last != null) {
        frames.add(
            handoffs(
                handoff(
                    last.create, story.workflow, 0.99, Handoff.State.LINKED, story.toMdso.id())));
        frames.add(
            handoffs(
                handoff(
                    last.collector, last.topology, 0, Handoff.State.REJECTED, last.toArda.id())));
      }
      last = story;
    }
    return frames;
  }

  private Map<String, List<String>> stored(String name, int kept, List<List<Frame>> batches) {
    Run run = new Run(name, kept);
    for (int i = 0; i < batches.size(); i++) {
      run.apply(batches.get(i), i % 3 == 1);
    }
    Map<String, List<String>> dump = run.dump();
    run.database.close();
    return dump;
  }

  /** One store and what writes it. */
  private final class Run {

    private final JourneyConfig config = JourneyConfig.inDirectory(directory);
    private final JourneyDatabase database;
    private final Jdbi jdbi;
    private final JourneyWriter writer;
    private final FrameScan scan;
    private long sequence;

    Run(String name, int kept) {
      database = JourneyDatabase.open("jdbc:sqlite:" + directory.resolve(name + ".db"));
      jdbi = database.jdbi();
      jdbi.useHandle(
          handle ->
              handle.execute(
                  """
                  CREATE TRIGGER IF NOT EXISTS refuse BEFORE INSERT ON reader_position
                  WHEN NEW.sequence = %d BEGIN SELECT RAISE(ABORT, 'refused'); END
                  """
                      .formatted(REFUSED)));
      writer = new JourneyWriter(jdbi, new Aliases(), new RecentRows(kept));
      Admission admission = new Admission(50, 10_000, 100_000, 1 << 10);
      writer.tell(admission);
      scan = new FrameScan(config.vocabulary(), config.observers(), admission, null);
    }

    /**
     * @param refused whether the store refuses it at first, at the end of the transaction
     */
    void apply(List<Frame> frames, boolean refused) {
      Findings findings = findings(frames);
      if (refused) {
        assertThatThrownBy(() -> writer.apply(findings, REFUSED)).hasMessageContaining("refused");
      }
      writer.apply(findings, sequence);
    }

    Findings findings(List<Frame> frames) {
      Findings findings = new Findings();
      frames.forEach(frame -> scan.scan(new Entry(sequence++, frame), findings));
      return findings;
    }

    Map<String, List<String>> dump() {
      Map<String, List<String>> tables = new TreeMap<>();
      for (String table : TABLES) {
        tables.put(
            table,
            jdbi.withHandle(
                handle ->
                    handle.createQuery("SELECT * FROM " + table).mapToMap().stream()
                        .map(RecentRowsTest::text)
                        .sorted()
                        .toList()));
      }
      return tables;
    }
  }

  private static String text(Map<String, Object> row) {
    row.replaceAll(
        (name, value) -> value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : value);
    return new TreeMap<>(row).toString();
  }
}
