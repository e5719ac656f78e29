// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static io.correlationstation.server.stitch.Spans.feed;
import static io.correlationstation.server.stitch.Spans.nanos;
import static io.correlationstation.server.stitch.Spans.span;
import static io.correlationstation.server.stitch.Spans.spanId;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.Spans.Latest;
import io.correlationstation.server.stitch.Spans.Made;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The shape of what is told: which links there may be beside one another. */
final class LinkGraphTest {

  private final Latest told = new Latest();
  private final Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), told);

  /** Ten thousand roots in one second: none is passed over, none is told of twice. */
  @Test
  void roots_C06_manyAtOnce_areEachDecidedOnce() {
    int pairs = 10_000;
    List<Made> spans = new ArrayList<>();
    for (int i = 1; i <= pairs; i++) {
      double at = i * 1e-4;
      String resource = "11111111-0000-4000-8000-" + String.format("%012d", i);
      spans.add(span(2L * i, 2L * i, 0, "a", "call", 3, at, at + 1).with("resource_id", resource));
      spans.add(
          span(2L * i + 1, 2L * i + 1, 0, "b", "call", 2, at + 0.1, at + 0.9)
              .with("resource_id", resource));
    }

    play(spans);

    assertThat(told.byChild).hasSize(pairs);
    assertThat(told.all).hasSizeLessThan(pairs * 11 / 10);
    assertThat(told.byChild.values())
        .allMatch(handoff -> number(handoff.child()) == number(handoff.parent()) + 1);
  }

  /** Services that call each other all the time, on few circuits, with clocks that are off. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void links_C08_servicesThatCallEachOther_formNoCircle(long seed) {
    Random random = new Random(seed);
    List<Made> spans = new ArrayList<>();
    String[] services = {"a", "b", "c"};
    for (int i = 1; i <= 600; i++) {
      int service = random.nextInt(3);
      double at = i * 0.05 + (service - 1) * 0.3;
      String resource = "11111111-0000-4000-8000-" + String.format("%012d", random.nextInt(60));
      long trace = 1 + random.nextInt(450);
      spans.add(
          span(trace, 10L * i, 0, services[service], "serve", 2, at, at + 0.4)
              .with("resource_id", resource));
      spans.add(
          span(trace, 10L * i + 1, 10L * i, services[service], "call", 3, at + 0.1, at + 0.3)
              .with("resource_id", resource));
    }

    play(spans);

    assertThat(told.byChild).isNotEmpty();
    assertThat(circles()).isEmpty();
  }

  /** A trace with two roots may have two origins; when it calls one of them back, one link goes. */
  @ParameterizedTest
  @CsvSource({"1, 3", "3, 1"})
  void links_C08_traceWithTwoOriginsThatCallsOneBack_formNoCircle(long first, long second) {
    String resource = "11111111-0000-4000-8000-000000000001";
    play(
        List.of(
            span(first, 11, 0, "a", "call b", 3, 0, 0.9).with("resource_id", resource),
            span(2, 21, 0, "b", "serve", 2, 0.1, 0.8).with("resource_id", resource),
            span(second, 31, 0, "c", "call b", 3, 4, 4.9).with("resource_id", resource),
            span(2, 22, 0, "b", "serve", 2, 4.1, 4.8).with("resource_id", resource),
            span(2, 23, 22, "b", "call d", 3, 8.2, 8.7).with("resource_id", resource),
            span(1, 12, 0, "d", "serve", 2, 8.3, 8.6).with("resource_id", resource)));

    assertThat(told.byChild).containsKeys(spanId(21), spanId(22));
    assertThat(circles()).isEmpty();
  }

  @Test
  void links_C09_twoRootsOfOneTrace_areNotJoined() {
    play(
        List.of(
            span(1, 11, 0, "a", "call", 3, 0, 1).with("resource_id", "res-1"),
            span(1, 12, 0, "b", "serve", 2, 0.1, 0.9).with("resource_id", "res-1")));

    assertThat(told.all).isEmpty();
  }

  /** As long as the child is held a parent is found, however late it comes. */
  @ParameterizedTest
  @CsvSource({"0.001, true", "20, true", "59, true", "61, true", "7200, false"})
  void links_C15_childArrivesBeforeItsParent(double seconds, boolean joined) {
    feed(stitcher, span(2, 21, 0, "b", "call", 2, 0.1, 0.9).with("resource_id", "res-1"));
    stitcher.advanceTo(nanos(2 + seconds));
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 1).with("resource_id", "res-1"));
    stitcher.flush();

    assertThat(told.byChild.containsKey(spanId(21))).isEqualTo(joined);
  }

  /** What a calls b does, and what b calls c does: c is b's and not a's as well. */
  @Test
  void links_C17_threeInARow_areTwoLinks() {
    play(
        List.of(
            span(1, 11, 0, "a", "call b", 3, 0, 1).with("resource_id", "res-1"),
            span(2, 21, 0, "b", "serve", 2, 0.1, 0.9).with("resource_id", "res-1"),
            span(2, 22, 21, "b", "call c", 3, 0.2, 0.8).with("resource_id", "res-1"),
            span(3, 31, 0, "c", "serve", 2, 0.3, 0.7).with("resource_id", "res-1")));

    assertThat(told.byChild).containsOnlyKeys(spanId(21), spanId(31));
    assertThat(told.byChild.get(spanId(31)).parent().spanId()).isEqualTo(spanId(22));
  }

  private void play(List<Made> spans) {
    Spans.play(stitcher, spans);
  }

  /** Traces from which a way of links leads back to themselves. */
  private Set<String> circles() {
    Map<String, Set<String>> origins = new HashMap<>();
    for (Handoff handoff : told.byChild.values()) {
      if (handoff.state() != Handoff.State.REJECTED) {
        origins
            .computeIfAbsent(handoff.child().traceId(), trace -> new HashSet<>())
            .add(handoff.parent().traceId());
      }
    }
    Set<String> circles = new HashSet<>();
    for (String trace : origins.keySet()) {
      Set<String> above = new HashSet<>();
      List<String> open = new ArrayList<>(origins.get(trace));
      while (!open.isEmpty()) {
        String at = open.remove(open.size() - 1);
        if (above.add(at)) {
          open.addAll(origins.getOrDefault(at, Set.of()));
        }
      }
      if (above.contains(trace)) {
        circles.add(trace);
      }
    }
    return circles;
  }

  private static long number(SpanRef span) {
    return Long.parseLong(span.spanId(), 16);
  }
}
