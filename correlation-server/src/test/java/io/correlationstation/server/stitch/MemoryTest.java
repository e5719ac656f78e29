// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static io.correlationstation.server.stitch.Spans.feed;
import static io.correlationstation.server.stitch.Spans.nanos;
import static io.correlationstation.server.stitch.Spans.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.Spans.Latest;
import io.correlationstation.server.stitch.Spans.Made;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What traces with many spans and many values of one key cost. */
class MemoryTest {

  private static final int PROCESSES = 100;
  private static final long MAX_BYTES = 8L << 20;

  private final Losses losses = new Losses();
  private final Keys keys = new Keys(KeySpec.defaults());
  private final Vocabulary vocabulary = new Vocabulary(List.of(), MAX_BYTES, new Losses());
  private final Fragments fragments =
      new Fragments(
          StitchConfig.defaults(),
          new TraceTable(),
          keys,
          new Postings(StitchConfig.defaults(), keys, losses),
          vocabulary,
          losses,
          new Skew(),
          new Carriers());

  @Test
  void add_traceOfProcessesOnResourcesOfTheirOwn_postsEachCallUnderItsResourceOnly() {
    for (Made span : workflow(1, 0)) {
      add(span);
    }

    assertThat(fragments.exitCount()).isEqualTo(PROCESSES);
    for (int process = 0; process < PROCESSES; process++) {
      assertThat(value("resource_id", resource(1, process)).exits.size()).isEqualTo(1);
    }
    assertThat(value("circuit_id", circuit(1)).exits.size()).isEqualTo(PROCESSES);
  }

  @Test
  void add_keyOfTheTraceAfterACall_postsTheCallUnderItUnlessItHasItsOwn() {
    add(span(1, 1, 0, "mdso", "Activate", 1, 0, 9));
    add(span(1, 2, 1, "mdso", "call", 3, 1, 2));
    add(span(1, 3, 1, "mdso", "call", 3, 2, 3).with("resource_id", resource(1, 3)));
    add(span(1, 4, 1, "mdso", "call", 3, 3, 4).with("resource_id", resource(1, 4)));

    KeyValue last = value("resource_id", resource(1, 4));
    Set<Long> posted = new TreeSet<>();
    for (int i = 0; i < last.exits.size(); i++) {
      posted.add(last.exits.get(i).spanId);
    }
    assertThat(posted).contains(2L, 4L).doesNotContain(3L);
  }

  @Test
  void moreThanMemoryAllows_oldestTracesAreEvictedAndCounted() {
    Stitcher stitcher =
        Stitcher.create(StitchConfig.builder().maxBytes(MAX_BYTES).build(), new Latest());

    for (int trace = 1; trace <= 1_000; trace++) {
      for (Made span : workflow(trace, trace * 0.01)) {
        feed(stitcher, span);
      }
    }
    stitcher.advanceTo(nanos(20));

    StitchStatistics statistics = stitcher.statistics();
    assertThat(statistics.losses()).containsKey("evicted_capacity");
    assertThat(statistics.liveFragments()).isBetween(50, 300);
    assertThat(statistics.aliases()).isBetween(1_000, 10_000);
  }

  @Test
  void polledSpansOnly_waitNoLongerThanMemoryAllows() {
    Stitcher stitcher =
        Stitcher.create(StitchConfig.builder().maxBytes(MAX_BYTES).build(), new Latest());

    for (int trace = 1; trace <= 200; trace++) {
      for (Made span : workflow(trace, trace)) {
        feed(stitcher, span.polledSource());
      }
    }

    StitchStatistics statistics = stitcher.statistics();
    assertThat(statistics.losses()).containsKey("waiting_capacity");
    assertThat(statistics.liveFragments()).isGreaterThan(50);
  }

  @Test
  void logsOnly_waitNoLongerThanMemoryAllows() {
    Stitcher stitcher =
        Stitcher.create(StitchConfig.builder().maxBytes(MAX_BYTES).build(), new Latest());

    for (int i = 0; i < 6_000; i++) {
      Map<String, String> keys = Map.of("resource_id", "r-" + i, "circuit_id", circuit(i));
      stitcher.sight(new KeySighting(0, 0, nanos(i), keys, "log:x"));
    }

    StitchStatistics statistics = stitcher.statistics();
    assertThat(statistics.losses()).containsKey("waiting_capacity");
    assertThat(statistics.aliases()).isPositive();
  }

  /** An orchestrator's: a process for each of many resources, which shows no calls. */
  private static List<Made> workflow(int trace, double at) {
    List<Made> spans = new ArrayList<>();
    long id = trace * 1_000L;
    for (int process = 0; process < PROCESSES; process++) {
      spans.add(
          span(trace, id + process, process == 0 ? 0 : id, "mdso", "Activate", 1, at, at + 1)
              .with("resource_id", resource(trace, process))
              .with("circuit_id", circuit(trace)));
    }
    return spans;
  }

  private static String resource(int trace, int process) {
    return "%08d-%04d-4000-a000-000000000000".formatted(trace, process);
  }

  private static String circuit(int trace) {
    return "80.L1XX.%06d..TEST".formatted(trace);
  }

  private void add(Made made) {
    SpanFacts facts =
        new SpanFacts(KeySpec.defaults().size())
            .clear()
            .trace(7, made.trace())
            .span(made.id(), made.parent())
            .named(made.service(), made.name(), made.kind())
            .times(made.startNanos(), made.endNanos());
    List<KeyValue> values = new ArrayList<>();
    new TreeMap<>(made.keys())
        .forEach((name, text) -> values.add(keys.intern(keys.index(name), text)));
    fragments.add(
        new PendingSpan(facts, vocabulary.service(made.service()), values.toArray(new KeyValue[0])),
        made.endNanos());
  }

  private KeyValue value(String key, String text) {
    return keys.find(keys.index(key), text);
  }
}
