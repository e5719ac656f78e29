// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static io.correlationstation.server.stitch.Spans.feed;
import static io.correlationstation.server.stitch.Spans.nanos;
import static io.correlationstation.server.stitch.Spans.orders;
import static io.correlationstation.server.stitch.Spans.shuffled;
import static io.correlationstation.server.stitch.Spans.span;
import static io.correlationstation.server.stitch.Spans.spanId;
import static io.correlationstation.server.stitch.Spans.traceId;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.correlationstation.server.stitch.Spans.Latest;
import io.correlationstation.server.stitch.Spans.Made;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StitcherTest {

  private final Latest told = new Latest();
  private final Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), told);

  @Test
  void orders_areJoinedToTheirOwnCallers() {
    List<Made> spans = orders(400, 1);

    spans.forEach(span -> feed(stitcher, span));
    stitcher.flush();

    long right = told.byChild.values().stream().filter(StitcherTest::isRight).count();
    assertThat(right).isGreaterThan(760);
    assertThat(linked(told)).filteredOn(h -> !isRight(h)).hasSizeLessThan(4);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void accept_C03_anyOrderWithinLateness_tellsTheSame(long seed) {
    List<Made> spans = orders(120, 5);

    assertThat(decisions(shuffled(spans, 1.5, seed))).isEqualTo(decisions(spans));
  }

  @Test
  void accept_C03_duplicates_changeNothing() {
    List<Made> spans = orders(120, 5);
    List<Made> twice = new ArrayList<>();
    for (int i = 0; i < spans.size(); i++) {
      twice.add(spans.get(i));
      twice.add(spans.get(Math.max(0, i - 7)));
    }

    assertThat(decisions(twice)).isEqualTo(decisions(spans));
  }

  @Test
  void advanceTo_inSmallSteps_tellsTheSameAsOneFlush() {
    List<Made> spans = orders(120, 5);
    Latest stepped = new Latest();
    Stitcher other = Stitcher.create(StitchConfig.defaults(), stepped);

    for (Made span : spans) {
      feed(other, span);
      other.advanceTo(span.endNanos() - 2_000_000_000L);
    }
    for (double now = 48; now < 400; now += 0.7) {
      other.advanceTo(nanos(now));
    }
    other.flush();

    assertThat(stepped.all).isEqualTo(decisions(spans));
  }

  @Test
  void everyDecision_isFinalWithinThirtySeconds() {
    List<Long> delays = new ArrayList<>();
    long[] newest = {0};
    Stitcher timed =
        Stitcher.create(
            StitchConfig.defaults(),
            handoff -> delays.add(newest[0] - handoff.child().startNanos()));

    for (Made span : orders(200, 9)) {
      newest[0] = Math.max(newest[0], span.endNanos());
      feed(timed, span);
    }

    assertThat(delays).isNotEmpty().allMatch(delay -> delay <= 32_000_000_000L);
  }

  @Test
  void evidence_addsUpToTheConfidence() {
    orders(200, 3).forEach(span -> feed(stitcher, span));
    stitcher.flush();

    assertThat(linked(told))
        .isNotEmpty()
        .allSatisfy(
            handoff -> {
              double sum = handoff.evidence().stream().mapToDouble(Evidence::weight).sum();
              assertThat(Math.exp(sum)).isCloseTo(handoff.confidence(), within(1e-6));
            });
  }

  @Test
  void evidence_severalSharedKeys_namesAllAndWeighsTheMostSpecific() {
    for (Made made :
        List.of(span(1, 11, 0, "a", "call", 3, 0, 1), span(2, 21, 0, "b", "call", 2, 0.1, 0.9))) {
      feed(
          stitcher,
          made.with("circuit_id", "80.L1XX.000001..TEST")
              .with("product_id", "P")
              .with("resource_id", "r-1"));
    }
    stitcher.flush();

    List<Evidence> keys =
        Objects.requireNonNull(told.of(21)).evidence().stream()
            .filter(reason -> reason.kind().equals("key"))
            .toList();
    assertThat(keys)
        .extracting(Evidence::key)
        .containsExactly("resource_id", "circuit_id", "product_id");
    assertThat(keys.get(0).weight()).isPositive();
    assertThat(keys.subList(1, 3)).allMatch(reason -> reason.weight() == 0);
  }

  @Test
  void contradictingStrongKey_C07_vetoes_whateverElseAgrees() {
    feed(
        stitcher,
        span(1, 11, 0, "a", "call", 3, 0, 1)
            .with("circuit_id", "80.L1XX.000001..TEST")
            .with("product_id", "P"));
    feed(
        stitcher,
        span(2, 21, 0, "b", "call", 2, 0.1, 0.9)
            .with("circuit_id", "80.L1XX.000002..TEST")
            .with("product_id", "P"));
    stitcher.flush();

    assertThat(told.all).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"null", "UNKNOWN", "", "0", "00000000-0000-0000-0000-000000000000", " - "})
  void junkValue_C13_joinsNothing(String junk) {
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 1).with("resource_id", junk));
    feed(stitcher, span(2, 21, 0, "b", "call", 2, 0.1, 0.9).with("resource_id", junk));
    stitcher.flush();

    assertThat(told.all).isEmpty();
    assertThat(stitcher.statistics().quarantinedValues()).isPositive();
  }

  @Test
  void punctuationAndCase_C12_areForgiven_innerDotsAreNot() {
    pair("80.L1XX.000001..TEST,", "(80.l1xx.000001..test)");
    stitcher.flush();

    assertThat(told.of(21)).isNotNull();
  }

  @Test
  void innerDots_C12_tellValuesApart() {
    pair("80.L1XX.000001..TEST", "80.L1XX.000001.TEST");
    stitcher.flush();

    assertThat(told.of(21)).isNull();
  }

  @Test
  void alias_joinsFragmentsThatShareNoKey_andRetractionSplitsThem() {
    stitcher.sight(
        new KeySighting(
            0,
            0,
            nanos(0.5),
            Map.of("resource_id", "res-1", "circuit_id", "80.L1XX.000001..TEST"),
            "log:x"));
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 1).with("resource_id", "res-1"));
    feed(
        stitcher,
        span(2, 21, 0, "b", "call", 2, 0.1, 0.9).with("circuit_id", "80.L1XX.000001..TEST"));
    stitcher.advanceTo(nanos(40));
    Handoff joined = Objects.requireNonNull(told.of(21));
    Alias alias = stitcher.aliases("resource_id", "res-1").get(0);

    assertThat(joined.state()).isNotEqualTo(Handoff.State.REJECTED);
    assertThat(joined.evidence()).extracting(Evidence::kind).contains("alias");
    assertThat(alias.source()).isEqualTo("log:x");
    assertThat(stitcher.retract(retraction(alias))).isTrue();
    assertThat(Objects.requireNonNull(told.of(21)).state()).isEqualTo(Handoff.State.REJECTED);
    assertThat(stitcher.retract(retraction(alias))).isFalse();
  }

  @Test
  void retractedAlias_seenAgain_joinsNothing() {
    Map<String, String> both = Map.of("resource_id", "res-1", "circuit_id", "80.L1XX.000001..TEST");
    stitcher.retract(
        new Ruling.OnAlias(
            "circuit_id", "80.L1XX.000001..TEST", "resource_id", "res-1", "typo", "ann", 0));
    stitcher.sight(new KeySighting(0, 0, nanos(0.5), both, "log:x"));
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 1).with("resource_id", "res-1"));
    feed(
        stitcher,
        span(2, 21, 0, "b", "call", 2, 0.1, 0.9).with("circuit_id", "80.L1XX.000001..TEST"));
    stitcher.flush();

    assertThat(told.all).isEmpty();
    assertThat(stitcher.statistics().losses()).containsEntry("alias_retracted", 1L);
  }

  @Test
  void laterAlias_joinsFragmentsAlreadyHeld() {
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 1).with("resource_id", "res-1"));
    feed(
        stitcher,
        span(2, 21, 0, "b", "call", 2, 0.1, 0.9).with("circuit_id", "80.L1XX.000001..TEST"));
    stitcher.advanceTo(nanos(10));
    assertThat(told.of(21)).isNull();

    stitcher.sight(
        new KeySighting(
            0,
            0,
            nanos(11),
            Map.of("resource_id", "res-1", "circuit_id", "80.L1XX.000001..TEST"),
            "log:x"));
    stitcher.advanceTo(nanos(40));

    assertThat(told.of(21)).isNotNull();
  }

  @Test
  void keyFromALog_C18_joinsTheTraceOfTheLog() {
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 1).with("resource_id", "res-1"));
    feed(stitcher, span(2, 21, 0, "b", "call", 2, 0.1, 0.9));
    stitcher.sight(new KeySighting(7, 2, nanos(0.5), Map.of("resource_id", "res-1"), "log:b"));
    stitcher.advanceTo(nanos(40));

    assertThat(told.of(21)).isNotNull();
  }

  @Test
  void rejectedByAPerson_C20_isWithdrawn_andNeverComesBack() {
    pair("80.L1XX.000001..TEST", "80.L1XX.000001..TEST");
    stitcher.advanceTo(nanos(8));
    assertThat(told.of(21)).isNotNull();

    stitcher.verdict(verdict(false));
    stitcher.flush();

    assertThat(Objects.requireNonNull(told.of(21)).state()).isEqualTo(Handoff.State.REJECTED);
  }

  @Test
  void confirmedByAPerson_beforeTheSpansCome_isLinkedForSure() {
    stitcher.verdict(verdict(true));
    pair("80.L1XX.000001..TEST", "80.L1XX.000001..TEST");
    stitcher.flush();

    Handoff handoff = Objects.requireNonNull(told.of(21));
    assertThat(handoff.state()).isEqualTo(Handoff.State.LINKED);
    assertThat(handoff.method()).isEqualTo("verdict");
  }

  @Test
  void zeroTimesAndIds_areCountedAndMoveNothing() {
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 1));
    long before = stitcher.statistics().watermarkNanos();
    stitcher.accept(
        new SpanFacts(5).clear().trace(7, 2).span(21, 0).named("a", "x", 2).times(0, 0));
    stitcher.accept(
        new SpanFacts(5).clear().trace(0, 0).span(21, 0).named("a", "x", 2).times(1, 2));

    assertThat(stitcher.statistics().watermarkNanos()).isEqualTo(before);
    assertThat(stitcher.statistics().losses()).containsEntry("zero_time", 1L);
    assertThat(stitcher.statistics().losses()).containsEntry("zero_id", 1L);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-300, 300})
  void clockFiveMinutesOff_C16_joinsNoStrangersAndReversesNothing(double skew) {
    for (Made made : orders(200, 4)) {
      boolean off = made.service().equals("activator");
      feed(stitcher, off ? made.shifted(skew) : made);
    }
    stitcher.flush();

    assertThat(linked(told)).isNotEmpty().allMatch(StitcherTest::isRight);
    assertThat(linked(told)).noneMatch(h -> h.parent().service().equals("activator"));
  }

  @Test
  void polledSpans_withinTheirOwnLateness_areNotCountedAsLate() {
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 1));
    stitcher.advanceTo(nanos(600));
    feed(stitcher, span(2, 21, 0, "b", "call", 2, 0.1, 0.9).polledSource());
    assertThat(stitcher.statistics().losses()).doesNotContainKey("late_polled");

    stitcher.advanceTo(nanos(3_000));
    feed(stitcher, span(3, 31, 0, "b", "call", 2, 0.1, 0.9).polledSource());
    assertThat(stitcher.statistics().losses()).containsEntry("late_polled", 1L);
  }

  @Test
  void expectPolled_firstPollTenMinutesLater_stillFindsItsCaller() {
    Made call = span(1, 11, 0, "a", "call", 3, 0, 1).with("resource_id", "r-1");
    Made polled = span(2, 21, 0, "b", "work", 2, 0.1, 0.9).with("resource_id", "r-1");
    Latest unprepared = new Latest();
    Stitcher other = Stitcher.create(StitchConfig.defaults(), unprepared);
    stitcher.expectPolled();

    for (Stitcher each : List.of(stitcher, other)) {
      feed(each, call);
      each.advanceTo(nanos(600));
      feed(each, polled.polledSource());
      each.advanceTo(nanos(660));
    }

    assertThat(linked(told)).hasSize(1);
    assertThat(linked(unprepared)).isEmpty();
    stitcher.advanceTo(nanos(3_000));
    assertThat(stitcher.statistics().liveFragments()).isZero();
  }

  @Test
  void messageId_sameOnBothSides_joinsWithoutAnyKey_andExplainsIt() {
    for (int i = 0; i < 4; i++) {
      feed(stitcher, span(10 + i, 100 + i, 0, "a", "send", 4, i * 0.01, i * 0.01 + 0.005), "m" + i);
    }
    for (int i = 0; i < 4; i++) {
      double at = 1 - i * 0.1;
      feed(stitcher, span(20 + i, 200 + i, 0, "b", "process", 5, at, at + 0.05), "m" + i);
    }
    stitcher.flush();

    for (int i = 0; i < 4; i++) {
      Handoff handoff = Objects.requireNonNull(told.of(200 + i));
      assertThat(handoff.parent().spanId()).isEqualTo(spanId(100 + i));
      assertThat(handoff.state()).isEqualTo(Handoff.State.LINKED);
      assertThat(handoff.method()).isEqualTo("carrier");
      assertThat(handoff.recomputed()).isCloseTo(handoff.confidence(), within(1e-9));
    }
  }

  @Test
  void messageId_handedOverByASpanThatComesLate_joinsAtTheEnd() {
    feed(stitcher, span(20, 200, 0, "b", "process", 5, 0.5, 0.6), "m1");
    stitcher.advanceTo(nanos(12));
    feed(stitcher, span(10, 100, 0, "a", "send", 4, 0, 11), "m1");
    stitcher.flush();

    Handoff handoff = Objects.requireNonNull(told.of(200));
    assertThat(handoff.parent().spanId()).isEqualTo(spanId(100));
    assertThat(handoff.method()).isEqualTo("carrier");
  }

  @Test
  void verdict_onACallerThatGetsTheKeyLateAndTheTopologyForbids_isHeeded() {
    StitchConfig config =
        StitchConfig.builder().topology(List.of(new ServiceEdge("other", "b"))).build();
    Stitcher strict = Stitcher.create(config, told);
    strict.verdict(verdict(true));
    feed(strict, span(1, 11, 0, "a", "POST", 3, 0, 1));
    feed(strict, span(2, 21, 0, "b", "bill", 2, 0.2, 0.8).with("resource_id", "res-1"));
    strict.advanceTo(nanos(12));
    feed(strict, span(1, 12, 11, "a", "step", 1, 0.5, 11.5).with("resource_id", "res-1"));
    strict.flush();

    Handoff handoff = Objects.requireNonNull(told.of(21));
    assertThat(handoff.parent().spanId()).isEqualTo(spanId(11));
    assertThat(handoff.method()).isEqualTo(Evidence.VERDICT);
  }

  @Test
  void messageId_ofSeveralTraces_isNobodysOwn() {
    for (int i = 0; i < 4; i++) {
      feed(stitcher, span(10 + i, 100 + i, 0, "a", "send", 4, i * 0.01, i * 0.01 + 0.005), "1");
    }
    feed(stitcher, span(20, 200, 0, "b", "process", 5, 0.5, 0.6), "1");
    stitcher.flush();

    assertThat(linked(told)).isEmpty();
  }

  @Test
  void messageId_other_vetoesThoughTheKeysAgree() {
    SpanFacts sent = new SpanFacts(5).clear();
    sent.trace(7, 1).span(11, 0).named("a", "send", 4).times(nanos(0), nanos(0.1)).carrier("m1");
    stitcher.accept(sent.key(1, "res-1"));
    SpanFacts taken = new SpanFacts(5).clear();
    taken.trace(7, 2).span(21, 0).named("b", "process", 5).times(nanos(0.2), nanos(0.3));
    stitcher.accept(taken.carrier("m2").key(1, "res-1"));
    stitcher.flush();

    assertThat(told.all).isEmpty();
    assertThat(stitcher.statistics().vetoes()).isPositive();
  }

  /**
   * Four services call each other in a loop, mostly without keys; of an order among them the second
   * piece starts two seconds after the call that it belongs to. In a loop each call runs against
   * better known ones; what the topology lists is believed all the same.
   */
  @Test
  void listedCall_ofServicesThatCallInALoop_isFound() {
    Stitcher configured =
        Stitcher.create(
            StitchConfig.builder()
                .topology(List.of(new ServiceEdge("service-1", "service-3")))
                .build(),
            told);
    int orders = 300;
    List<Made> spans = new ArrayList<>();
    for (int i = 1; i <= orders; i++) {
      double at = i * 0.1;
      for (int other = 0; other < 2; other++) {
        passThrough(spans, 1000L * i + 100 * other, (i + other) % 4, at + other * 0.05, 0);
      }
      passThrough(spans, 1000L * i + 500, 0, at, i);
      passThrough(spans, 1000L * i + 600, 3, at + 2, i);
    }
    Spans.play(configured, spans);

    int right = 0;
    for (int i = 1; i <= orders; i++) {
      Handoff handoff = told.of(1000L * i + 600);
      boolean linked = handoff != null && handoff.state() == Handoff.State.LINKED;
      right += linked && handoff.parent().traceId().equals(traceId(1000L * i + 500)) ? 1 : 0;
    }
    assertThat(right).isGreaterThan(orders * 9 / 10);
  }

  /** A request to a service, which calls the next one, which calls somebody who is not seen. */
  private static void passThrough(List<Made> spans, long trace, int first, double at, int order) {
    for (int i = 0; i < 4; i++) {
      Made span =
          span(
              trace,
              trace + i,
              i == 0 ? 0 : trace + i - 1,
              "service-" + (first + i / 2) % 4,
              i % 2 == 0 ? "POST /work" : "POST",
              2 + i % 2,
              at + i * 0.01,
              at + 0.09 - i * 0.01);
      spans.add(order == 0 ? span : span.with("request_id", "order-" + order));
    }
  }

  @Test
  void topology_listsWhatIsLearntSeenAndConfigured() {
    Stitcher configured =
        Stitcher.create(
            StitchConfig.builder()
                .topology(
                    List.of(
                        new ServiceEdge("order", "activator"),
                        new ServiceEdge("order", "billing"),
                        new ServiceEdge("order", "nobody")))
                .build(),
            told);
    orders(200, 3).forEach(span -> feed(configured, span));
    feed(configured, span(9_000_000, 1, 0, "order", "GET", 3, 100, 100.2));
    feed(configured, span(9_000_000, 2, 1, "stock", "GET", 2, 100.05, 100.1));
    configured.flush();

    List<EdgeStatistics> topology = configured.topology();

    EdgeStatistics lost = edge(topology, "order", "activator");
    assertThat(lost.joined()).isBetween(180.0, 201.0);
    assertThat(lost.lostShare()).isEqualTo(1);
    assertThat(lost.medianDelayNanos()).isBetween(5_000_000L, 40_000_000L);
    assertThat(lost.configured()).isTrue();
    EdgeStatistics intact = edge(topology, "order", "stock");
    assertThat(intact.intact()).isEqualTo(1);
    assertThat(intact.lostShare()).isZero();
    assertThat(intact.configured()).isFalse();
    assertThat(edge(topology, "order", "nobody").joined()).isZero();
    assertThat(edge(topology, "order", "nobody").medianDelayNanos()).isEqualTo(-1);
  }

  @Test
  void topology_oneOrderAlone_isListedOnceItIsDecided() {
    pair("80.L1XX.000001..TEST", "80.L1XX.000001..TEST");
    stitcher.advanceTo(nanos(40));

    assertThat(edge(stitcher.topology(), "a", "b").joined()).isBetween(0.9, 1.0);
    assertThat(edge(stitcher.topology(), "a", "b").lostShare()).isEqualTo(1);
  }

  @Test
  void topology_hoursOfCallsOfWhichHalfLoseContext_lostShareIsHalf_andFollowsWhatChanges() {
    half(0, 7_200);

    assertThat(edge(stitcher.topology(), "a", "b").lostShare()).isCloseTo(0.5, within(0.05));
    for (int call = 7_200; call < 18_000; call += 2) {
      wholeCall(call);
    }
    assertThat(edge(stitcher.topology(), "a", "b").lostShare()).isLessThan(0.05);
  }

  /** A call every two seconds that is seen whole, and one that loses its context. */
  private void half(int from, int to) {
    for (int at = from; at < to; at += 2) {
      wholeCall(at);
      int id = 10 * at + 5;
      String order = "order-" + at;
      feed(stitcher, span(id, id, 0, "a", "call", 3, at + 1, at + 1.2).with("request_id", order));
      feed(
          stitcher,
          span(id + 1, id + 1, 0, "b", "work", 2, at + 1.05, at + 1.15).with("request_id", order));
    }
  }

  private void wholeCall(int at) {
    int id = 10 * at + 1;
    feed(stitcher, span(id, id + 2, 0, "a", "order", 2, at - 0.1, at + 0.3));
    feed(stitcher, span(id, id, id + 2, "a", "call", 3, at, at + 0.2));
    feed(stitcher, span(id, id + 1, id, "b", "work", 2, at + 0.05, at + 0.15));
  }

  private static EdgeStatistics edge(List<EdgeStatistics> topology, String from, String to) {
    return topology.stream()
        .filter(each -> each.edge().equals(new ServiceEdge(from, to)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void farFuture_movesNobodysTime() {
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 1));
    feed(stitcher, span(3, 31, 0, "a", "call", 3, 0, 1e6));

    assertThat(stitcher.statistics().watermarkNanos()).isLessThan(nanos(2));
  }

  @Test
  void farFuture_beforeAnybodyElse_waitsForNothing_andIsNotLookedAt() {
    for (int i = 1; i <= 100; i++) {
      stitcher.accept(
          new SpanFacts(5)
              .clear()
              .trace(7, i)
              .span(i, 0)
              .named("a", "x", 2)
              .times(nanos(1e8), nanos(1e8 + 1))
              .received(nanos(i * 0.01)));
    }
    stitcher.advanceTo(nanos(10));
    assertThat(stitcher.statistics().liveFragments()).isEqualTo(100);

    stitcher.advanceTo(nanos(200));

    assertThat(stitcher.statistics().liveFragments()).isZero();
    assertThat(stitcher.statistics().losses()).containsEntry("future_root", 100L);
  }

  @Test
  void childBeforeParent_isJoinedAllTheSame() {
    feed(stitcher, span(2, 21, 0, "b", "call", 2, 0.1, 0.9).with("resource_id", "res-1"));
    stitcher.advanceTo(nanos(20));
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 19).with("resource_id", "res-1"));
    stitcher.advanceTo(nanos(60));

    assertThat(told.of(21)).isNotNull();
  }

  @Test
  void hotKey_C13_staysBoundedAndCounted() {
    for (int i = 0; i < 6_000; i++) {
      feed(
          stitcher,
          span(i + 1, i + 1, 0, "a", "call", 3, i * 0.01, i * 0.01 + 0.1)
              .with("circuit_id", "80.L1XX.000001..TEST"));
    }
    stitcher.flush();

    assertThat(stitcher.statistics().losses()).containsKey("evicted_hot_key");
  }

  @Test
  void hotKeyOfRoots_C13_staysBoundedAndCounted() {
    for (int i = 0; i < 6_000; i++) {
      feed(
          stitcher,
          span(i + 1, i + 1, 0, "b", "work", 2, i * 0.01, i * 0.01 + 0.1)
              .with("circuit_id", "80.L1XX.000001..TEST"));
    }
    stitcher.flush();

    assertThat(stitcher.statistics().losses()).containsKey("evicted_hot_key_root");
  }

  @ParameterizedTest
  @CsvSource({"60, 0", "120, 1"})
  void window_T09_workTakenUpNinetySecondsLater_isConsideredWithinItOnly(int window, int handoffs) {
    Latest result = new Latest();
    Stitcher windowed =
        Stitcher.create(StitchConfig.builder().window(Duration.ofSeconds(window)).build(), result);

    feed(windowed, span(1, 11, 0, "a", "send", 4, 0, 1).with("resource_id", "r-1"));
    windowed.advanceTo(nanos(90));
    feed(windowed, span(2, 21, 0, "b", "process", 5, 90, 91).with("resource_id", "r-1"));
    windowed.flush();

    assertThat(result.byChild).hasSize(handoffs);
  }

  @Test
  void moreFragmentsThanAllowed_oldestAreEvictedAndCounted() {
    StitchConfig small = StitchConfig.builder().maxFragments(50).build();
    Stitcher bounded = Stitcher.create(small, told);

    orders(100, 2).forEach(span -> feed(bounded, span));

    assertThat(bounded.statistics().liveFragments()).isLessThanOrEqualTo(50);
    assertThat(bounded.statistics().losses()).containsKey("evicted_capacity");
  }

  @Test
  void moreSpansThanATraceMayHave_areCounted_andTheTraceStaysUsable() {
    int most = StitchConfig.defaults().maxSpansPerFragment();
    for (int i = 1; i <= most + 5; i++) {
      feed(
          stitcher,
          span(1, 100 + i, i == 1 ? 0 : 101, "a", "call", 3, 0.001 * i, 0.001 * i + 1)
              .with("resource_id", "res-1"));
    }
    feed(stitcher, span(2, 21, 0, "b", "call", 2, 5.1, 5.9).with("resource_id", "res-1"));
    stitcher.flush();

    assertThat(stitcher.statistics().losses()).containsEntry("fragment_full", 5L);
    assertThat(told.all).noneMatch(handoff -> handoff.child().spanId().equals(spanId(101)));
  }

  @Test
  void spanRepeatedAfterItsTraceIsDecided_changesNothing() {
    pair("80.L1XX.000001..TEST", "80.L1XX.000001..TEST");
    stitcher.advanceTo(nanos(50));
    int before = told.all.size();

    pair("80.L1XX.000001..TEST", "80.L1XX.000001..TEST");
    stitcher.advanceTo(nanos(60));

    assertThat(told.all).hasSize(before);
    assertThat(stitcher.statistics().losses()).containsEntry("duplicate_span", 2L);
  }

  @Test
  void afterTheWindow_nothingIsHeld() {
    orders(100, 2).forEach(span -> feed(stitcher, span));
    stitcher.flush();

    StitchStatistics statistics = stitcher.statistics();
    assertThat(statistics.liveFragments()).isZero();
    assertThat(statistics.liveExits()).isZero();
    assertThat(statistics.openChildren()).isZero();
  }

  private void pair(String parentCircuit, String childCircuit) {
    feed(stitcher, span(1, 11, 0, "a", "call", 3, 0, 1).with("circuit_id", parentCircuit));
    feed(stitcher, span(2, 21, 0, "b", "call", 2, 0.1, 0.9).with("circuit_id", childCircuit));
  }

  private static Ruling.OnAlias retraction(Alias alias) {
    return new Ruling.OnAlias(
        alias.key(), alias.value(), alias.otherKey(), alias.otherValue(), "typo", "ann", 0);
  }

  private static Verdict verdict(boolean confirmed) {
    return new Verdict(traceId(2), spanId(21), traceId(1), spanId(11), confirmed, "seen it");
  }

  private static List<Handoff> decisions(List<Made> spans) {
    Latest latest = new Latest();
    Stitcher fresh = Stitcher.create(StitchConfig.defaults(), latest);
    spans.forEach(span -> feed(fresh, span));
    fresh.flush();
    return latest.all;
  }

  private static List<Handoff> linked(Latest latest) {
    return latest.byChild.values().stream().filter(h -> h.state() == Handoff.State.LINKED).toList();
  }

  private static boolean isRight(Handoff handoff) {
    long child = Long.parseLong(handoff.child().spanId(), 16);
    long parent = Long.parseLong(handoff.parent().spanId(), 16);
    return child / 1000 == parent / 1000 && handoff.state() != Handoff.State.REJECTED;
  }
}
