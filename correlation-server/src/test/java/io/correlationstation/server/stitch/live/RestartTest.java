// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.HandoffSink;
import io.correlationstation.server.stitch.Ruling;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.Stitcher;
import io.correlationstation.server.stitch.live.Orders.Sent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens between the spans: the same decisions and the same bytes go downstream. */
class RestartTest {

  private static final StitchConfig CONFIG = StitchConfig.defaults();
  private static final SyntheticSpans SYNTHETIC = new SyntheticSpans(Map.of());

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void restartAnywhere_C03C14_anyOrderDuplicatesAndBatches_sameDecisionsAndBytes(long seed)
      throws Exception {
    Random random = new Random(seed);
    List<Sent> spans = Orders.pushed(250, 5);

    List<Sent> disturbed = new ArrayList<>();
    for (Sent sent : Orders.shuffled(spans, 1.5, seed)) {
      disturbed.add(sent);
      if (random.nextInt(5) == 0) {
        disturbed.add(disturbed.get(Math.max(0, disturbed.size() - 1 - random.nextInt(6))));
      }
    }

    Run straight = new Run();
    straight.feed(spans, 1, null);
    Run restarted = new Run();
    restarted.feed(disturbed, 1 + random.nextInt(20), random);

    assertThat(restarted.restarts).isPositive();
    assertThat(straight.told).hasSizeGreaterThan(400);
    assertThat(restarted.told).isEqualTo(straight.told);
    assertThat(restarted.bytes()).isEqualTo(straight.bytes());
  }

  @Test
  void restartAfterVerdictAndRetraction_bothStillHold() throws Exception {
    List<Sent> spans = Orders.pushed(60, 5);
    Run first = new Run();
    first.feed(spans, 1, null);
    Handoff wrong = first.told.get(5);

    Run judged = new Run();
    judged.stitcher.verdict(
        new Ruling.OnHandoff(wrong, false, null, "other order", "ann", 0).verdict());
    judged.restart();
    judged.feed(spans, 1, null);

    assertThat(judged.told).noneMatch(handoff -> handoff.id().equals(wrong.id()));
    assertThat(first.told).anyMatch(handoff -> handoff.id().equals(wrong.id()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void polledSpans_inAnyOrderWithinTheirLateness_sameFinalHandoffs(long seed) throws Exception {
    List<Sent> spans = Orders.withPolled(120, 5);
    List<Sent> polled =
        new ArrayList<>(spans.stream().filter(s -> s.service().equals("activator")).toList());
    List<Sent> pushed = spans.stream().filter(s -> !s.service().equals("activator")).toList();

    Run inOrder = new Run();
    inOrder.feedAndFlush(pushed, polled);
    Collections.shuffle(polled.subList(1, polled.size()), new Random(seed));
    Run shuffled = new Run();
    shuffled.feedAndFlush(pushed, polled);

    assertThat(inOrder.links()).hasSizeGreaterThan(200);
    assertThat(shuffled.links()).isEqualTo(inOrder.links());
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void evidence_alsoAfterJson_recomputesToTheConfidence(long seed) throws Exception {
    Run run = new Run();
    run.feed(Orders.withPolled(150, seed), 3, null);

    List<Handoff> read = HandoffLines.parse(HandoffLines.payload(run.told));

    assertThat(read).isEqualTo(run.told);
    assertThat(read)
        .filteredOn(handoff -> handoff.state() != Handoff.State.REJECTED)
        .hasSizeGreaterThan(200)
        .allSatisfy(
            handoff ->
                assertThat(handoff.recomputed()).isCloseTo(handoff.confidence(), within(1e-9)));
  }

  /** One stitcher and what it told; it can be saved and put back. */
  private static final class Run {

    private final List<Handoff> told = new ArrayList<>();
    private final HandoffSink sink = told::add;
    private final TelemetryFeed feed = new TelemetryFeed(CONFIG);
    private Stitcher stitcher = Stitcher.create(CONFIG, sink);
    private int restarts;

    void feed(List<Sent> spans, int batch, @Nullable Random restarts) throws IOException {
      for (int i = 0; i < spans.size(); i += batch) {
        List<Sent> some = spans.subList(i, Math.min(spans.size(), i + batch));
        feed.traces(Orders.payload(some), 0, stitcher);
        if (restarts != null && restarts.nextInt(1 + 60 / batch) == 0) {
          restart();
        }
      }
      stitcher.flush();
    }

    /** The orchestrator is known; its spans are read in three polls, a minute after the others. */
    void feedAndFlush(List<Sent> pushed, List<Sent> polled) {
      feed.traces(polled.get(0).payload(), 0, stitcher);
      pushed.forEach(sent -> feed.traces(sent.payload(), 0, stitcher));
      stitcher.advanceTo(pushed.get(pushed.size() - 1).endNanos() + 60_000_000_000L);
      int third = polled.size() / 3;
      feed.traces(Orders.payload(polled.subList(0, third)), 0, stitcher);
      feed.traces(Orders.payload(polled.subList(third, 2 * third)), 0, stitcher);
      feed.traces(Orders.payload(polled.subList(2 * third, polled.size())), 0, stitcher);
      stitcher.flush();
    }

    /** Child span to parent span, of the links that hold in the end. */
    Map<String, String> links() {
      Map<String, String> links = new TreeMap<>();
      for (Handoff handoff : told) {
        if (handoff.state() == Handoff.State.LINKED) {
          links.put(handoff.child().spanId(), handoff.parent().spanId());
        } else {
          links.remove(handoff.child().spanId());
        }
      }
      return links;
    }

    void restart() throws IOException {
      stitcher =
          (Stitcher)
              ObjectGraph.read(
                  List.of(CONFIG, sink), new DataInputStream(new ByteArrayInputStream(save())));
      restarts++;
    }

    byte[] save() throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (StateOutput out = new StateOutput(bytes)) {
        ObjectGraph.write(stitcher, List.of(CONFIG, sink), out);
      }
      return bytes.toByteArray();
    }

    String bytes() {
      return Arrays.toString(
          SyntheticSpans.encode(SYNTHETIC.of(told, new TakenBack().timesBefore(told))));
    }
  }
}
