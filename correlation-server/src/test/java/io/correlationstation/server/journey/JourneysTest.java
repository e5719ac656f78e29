// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static io.correlationstation.server.journey.Telemetry.CIRCUIT;
import static io.correlationstation.server.journey.Telemetry.at;
import static io.correlationstation.server.journey.Telemetry.byStitcher;
import static io.correlationstation.server.journey.Telemetry.handoff;
import static io.correlationstation.server.journey.Telemetry.handoffs;
import static io.correlationstation.server.journey.Telemetry.log;
import static io.correlationstation.server.journey.Telemetry.logs;
import static io.correlationstation.server.journey.Telemetry.span;
import static io.correlationstation.server.journey.Telemetry.trace;
import static io.correlationstation.server.journey.Telemetry.traces;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.InMemoryJournal;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.journey.Telemetry.SpanSpec;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.Ruling;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JourneysTest {

  private static final Instant LONG_AFTER = Instant.ofEpochSecond(0, at(3_600_000));

  @TempDir Path directory;

  private final InMemoryJournal journal = new InMemoryJournal();
  private final OrderStory story = new OrderStory(1, 0, false);
  private JourneyConfig config;
  private Instant now = LONG_AFTER;
  private Journeys journeys;
  private PrometheusRegistry registry;

  @BeforeEach
  void open() throws IOException {
    config = JourneyConfig.inDirectory(directory);
    start();
  }

  @AfterEach
  void close() {
    journeys.close();
  }

  @Test
  void circuit_C17_orderOverThreeTraces_isOneJourneyInOrderOfTime() {
    append(story.frames());

    Circuit circuit = requireNonNull(journeys.circuit(CIRCUIT));

    assertThat(circuit.circuitId()).isEqualTo(CIRCUIT);
    assertThat(circuit.journeys()).hasSize(1);
    Journey journey = circuit.journeys().get(0);
    assertThat(journey.id()).isEqualTo(JourneyIds.journey(story.beornTrace));
    assertThat(journey.fragments())
        .extracting(Fragment::traceId)
        .containsExactly(story.beornTrace, story.mdsoTrace, story.ardaTrace);
    assertThat(journey.links())
        .extracting(link -> link.handoff().id())
        .containsExactly(story.toMdso.id(), story.toArda.id());
    assertThat(journey.logs())
        .extracting(LogLine::body)
        .containsExactly("order taken", "topology read");
    assertThat(journey.startNanos()).isEqualTo(at(0));
    assertThat(journey.endNanos()).isEqualTo(at(9_000));
    assertThat(journey.state()).isEqualTo(Journey.State.COMPLETED);
  }

  @Test
  void circuit_twoOrdersAtOnce_areTwoJourneys() {
    OrderStory other = new OrderStory(2, 200, true);
    append(story.frames());
    append(other.frames());

    List<Journey> found = requireNonNull(journeys.circuit(CIRCUIT)).journeys();

    assertThat(found)
        .extracting(Journey::id)
        .containsExactly(
            JourneyIds.journey(story.beornTrace), JourneyIds.journey(other.beornTrace));
    assertThat(found)
        .extracting(Journey::state)
        .containsExactly(Journey.State.COMPLETED, Journey.State.FAILED);
    assertThat(found).extracting(Journey::defectCode).containsExactly(null, "DE-1001");
  }

  /**
   * One second holds the child's failure and the parent's word of it, and nobody knows the order.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void circuit_parentThatSaysAChildFailedEndsFirst_hasTheChildsCode(boolean parentFirst) {
    SpanSpec parent =
        story
            .workflow
            .from(1_000, 4_000)
            .failing()
            .with("mdso.defect_code", "DE-1171", "mdso.defect_consequence", "true");
    SpanSpec child =
        span(story.mdsoTrace, 77, "mdso-scriptplan", "mdso.product.PortActivation")
            .below(103)
            .from(1_500, 5_000)
            .failing()
            .with("mdso.defect_code", "UNCLASSIFIED");
    append(traces(parentFirst ? parent : child));
    append(traces(parentFirst ? child : parent));

    Journey journey = requireNonNull(journeys.circuit(CIRCUIT)).journeys().get(0);

    assertThat(journey.defectCode()).isEqualTo("UNCLASSIFIED");
    assertThat(journey.fragments())
        .extracting(Fragment::defectCode)
        .containsExactly("UNCLASSIFIED");
  }

  /** The word of a child is that of any trace of the journey. */
  @Test
  void circuit_causeInALaterTrace_namesTheJourney() {
    append(
        traces(
            story.order,
            story.create.with("mdso.defect_code", "DE-1171", "mdso.defect_consequence", "true")),
        traces(story.workflow.with("mdso.defect_code", "DE-1001")));
    append(handoffs(story.toMdso));

    Journey journey = requireNonNull(journeys.circuit(CIRCUIT)).journeys().get(0);

    assertThat(journey.fragments())
        .extracting(Fragment::defectCode)
        .containsExactly("DE-1171", "DE-1001");
    assertThat(journey.defectCode()).isEqualTo("DE-1001");
  }

  @Test
  void circuit_traceThatNothingLinks_isJourneyOfItsOwn() {
    append(traces(story.order, story.create), traces(story.workflow));
    append(handoffs(handoff(story.create, story.workflow, 0.5, Handoff.State.CANDIDATE, null)));

    List<Journey> found = requireNonNull(journeys.circuit(CIRCUIT)).journeys();

    assertThat(found).hasSize(2);
    assertThat(found).allSatisfy(journey -> assertThat(journey.links()).hasSize(1));
    assertThat(found.get(0).links().get(0).state()).isEqualTo(Handoff.State.CANDIDATE);
  }

  @Test
  void circuit_handoffReplacedByBetterOne_movesFragment() {
    OrderStory other = new OrderStory(2, 200, false);
    append(story.frames());
    append(traces(other.order, other.create));
    Handoff better =
        handoff(other.create, story.workflow, 0.99, Handoff.State.LINKED, story.toMdso.id());
    append(handoffs(better));

    Journey mine = requireNonNull(journeys.journey(JourneyIds.journey(story.beornTrace)));
    Journey others = requireNonNull(journeys.journey(JourneyIds.journey(other.beornTrace)));

    assertThat(mine.fragments()).extracting(Fragment::traceId).containsExactly(story.beornTrace);
    assertThat(others.fragments())
        .extracting(Fragment::traceId)
        .containsExactlyInAnyOrder(other.beornTrace, story.mdsoTrace, story.ardaTrace);
    Link replaced = requireNonNull(journeys.link(story.toMdso.id()));
    assertThat(replaced.state()).isEqualTo(Handoff.State.REJECTED);
    assertThat(replaced.supersededBy()).isEqualTo(better.id());
  }

  @Test
  void link_rejectedByAPerson_noLaterDecisionBringsItBack() {
    append(story.frames());
    Handoff gone =
        handoff(story.collector, story.topology, 0, Handoff.State.REJECTED, story.toArda.id());

    append(Telemetry.ruling(ruling(false, 1)), handoffs(gone), handoffs(story.toArda));

    assertThat(requireNonNull(journeys.link(story.toArda.id())).state())
        .isEqualTo(Handoff.State.REJECTED);
    assertThat(requireNonNull(journeys.journey(JourneyIds.journey(story.ardaTrace))).fragments())
        .extracting(Fragment::traceId)
        .containsExactly(story.ardaTrace);
  }

  @Test
  void link_confirmedAfterRejection_isBackAndBothWordsAreKept() {
    append(story.frames());
    Handoff gone =
        handoff(story.collector, story.topology, 0, Handoff.State.REJECTED, story.toArda.id());
    append(Telemetry.ruling(ruling(false, 1)), handoffs(gone));

    append(Telemetry.ruling(ruling(true, 2)), handoffs(story.toArda));

    assertThat(requireNonNull(journeys.link(story.toArda.id())).state())
        .isEqualTo(Handoff.State.LINKED);
    assertThat(journeys.verdicts(story.toArda.id()))
        .extracting(VerdictEntry::confirmed)
        .containsExactly(false, true);
  }

  private Ruling.OnHandoff ruling(boolean confirmed, long time) {
    return new Ruling.OnHandoff(story.toArda, confirmed, null, "seen it", "ann", time);
  }

  @Test
  void start_storeOfAnotherVersion_saysWhatToDo() throws Exception {
    journeys.close();
    try (Connection connection = DriverManager.getConnection(config.jdbcUrl());
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE flyway_schema_history SET checksum = 1");
    }

    assertThatThrownBy(() -> Journeys.start(config, journal, new PrometheusRegistry(), clock()))
        .hasMessageContaining("made by another version; move it away");
  }

  @Test
  void alias_retracted_leadsNowhere_alsoWhenSeenAgain() {
    Frame both = logs(log(null, "mdso", 0, "created", "circuit_id", CIRCUIT, "resource_id", "r-9"));
    append(both);
    assertThat(requireNonNull(journeys.circuit("r-9")).circuitId()).isEqualTo(CIRCUIT);
    assertThat(requireNonNull(journeys.circuit(CIRCUIT)).aliases())
        .extracting(Circuit.Alias::source)
        .containsExactly("log:mdso");

    append(
        Telemetry.ruling(
            new Ruling.OnAlias("resource_id", "r-9", "circuit_id", CIRCUIT, "typo", "ann", 3)));
    append(logs(log(null, "mdso", 5, "again", "circuit_id", CIRCUIT, "resource_id", "r-9")));

    assertThat(journeys.circuit("r-9")).isNull();
    assertThat(requireNonNull(journeys.circuit(CIRCUIT)).aliases()).isEmpty();
  }

  @Test
  void journey_idOfFragmentThatJoinedLater_leadsToWholeJourney() {
    append(story.frames());

    Journey journey = requireNonNull(journeys.journey(JourneyIds.journey(story.ardaTrace)));

    assertThat(journey.id()).isEqualTo(JourneyIds.journey(story.beornTrace));
  }

  @Test
  void circuit_anyOrderAndDuplicates_givesSameView() throws IOException {
    List<Frame> frames = new ArrayList<>(story.frames());
    frames.addAll(new OrderStory(2, 200, true).frames());
    append(frames);
    Circuit expected = requireNonNull(journeys.circuit(CIRCUIT));
    for (int seed = 0; seed < 5; seed++) {
      List<Frame> shuffled = new ArrayList<>(frames);
      shuffled.addAll(frames);
      Collections.shuffle(shuffled, new Random(seed));
      InMemoryJournal other = new InMemoryJournal();
      shuffled.forEach(other::append);
      JourneyConfig elsewhere =
          JourneyConfig.inDirectory(Files.createDirectory(directory.resolve("seed-" + seed)));

      try (Journeys replayed =
          Journeys.start(elsewhere, other, new PrometheusRegistry(), clock())) {
        awaitRead(other);

        assertThat(replayed.circuit(CIRCUIT)).as("seed %d", seed).isEqualTo(expected);
      }
    }
  }

  @Test
  void start_afterRestart_appliesNothingTwice() throws IOException {
    append(story.frames());
    Circuit before = requireNonNull(journeys.circuit(CIRCUIT));
    journeys.close();

    start();
    append(logs(log(null, "mdso", 4_000, "later", "resource_id", story.resource)));

    Journey after = requireNonNull(journeys.circuit(CIRCUIT)).journeys().get(0);
    assertThat(after.fragments()).isEqualTo(before.journeys().get(0).fragments());
    assertThat(after.logs()).extracting(LogLine::body).contains("later");
  }

  @Test
  void start_databaseGone_isRebuiltFromJournal() throws IOException {
    append(story.frames());
    Circuit before = requireNonNull(journeys.circuit(CIRCUIT));
    journeys.close();
    config = JourneyConfig.inDirectory(Files.createDirectory(directory.resolve("new")));

    start();
    awaitPosition(journal.status().nextSequence() - 1);

    assertThat(journeys.circuit(CIRCUIT)).isEqualTo(before);
  }

  @Test
  void circuit_aliasOfAnyKind_leadsToCircuit() {
    append(story.frames());
    append(
        traces(
            span(trace(50), 50, "palantir", "GET /inventory")
                .with("resource_id", story.resource, "product_id", "fia-100")));

    for (String id :
        List.of(
            story.resource,
            story.request,
            story.ardaTrace,
            story.ardaTrace.toUpperCase(Locale.ROOT),
            JourneyIds.journey(story.mdsoTrace),
            " " + CIRCUIT + ",")) {
      assertThat(journeys.circuit(id)).as(id).isNotNull();
      assertThat(requireNonNull(journeys.circuit(id)).circuitId()).isEqualTo(CIRCUIT);
    }
    assertThat(journeys.circuit("nobody-knows-this")).isNull();
    assertThat(requireNonNull(journeys.circuit(CIRCUIT)).aliases())
        .extracting(Circuit.Alias::value)
        .contains(story.resource, story.request);
  }

  @Test
  void circuit_C12_anySpelling_isOneCircuit() {
    append(
        traces(span(trace(50), 50, "beorn", "order").with("circuit_id", "80.l1xx.000007..test")),
        traces(span(trace(51), 51, "arda", "work").with("circuit_id", "'80.L1XX.000007..TEST',")),
        logs(
            log(
                null,
                "mdso",
                0,
                "made",
                "circuit_id",
                "80.L1XX.000007..TEST",
                "resource_id",
                "R-7")));

    for (String id : List.of("80.L1XX.000007..TEST", "80.l1xx.000007..test", "r-7", "R-7")) {
      Circuit circuit = requireNonNull(journeys.circuit(id));
      assertThat(circuit.circuitId()).isEqualTo("80.L1XX.000007..TEST");
      assertThat(circuit.journeys())
          .flatExtracting(Journey::fragments)
          .extracting(Fragment::traceId)
          .contains(trace(50), trace(51));
    }
    append(
        Telemetry.ruling(
            new Ruling.OnAlias(
                "resource_id", "R-7", "circuit_id", "80.l1xx.000007..test", "typo", "ann", 3)));
    assertThat(journeys.circuit("r-7")).isNull();
  }

  @Test
  void circuit_traceWithOtherIdOnly_belongsToCircuitOfThatId() {
    append(
        traces(
            span(trace(50), 50, "palantir", "GET /inventory").with("resource_id", story.resource)));
    append(story.frames());

    assertThat(requireNonNull(journeys.circuit(CIRCUIT)).journeys())
        .flatExtracting(Journey::fragments)
        .extracting(Fragment::traceId)
        .contains(trace(50));
  }

  @Test
  void circuit_junkValues_joinNothing() {
    append(
        traces(span(trace(60), 60, "beorn", "a").with("circuit_id", "null")),
        traces(span(trace(61), 61, "arda", "b").with("circuit_id", "UNKNOWN")));

    assertThat(journeys.circuit("null")).isNull();
    assertThat(journeys.circuit("UNKNOWN")).isNull();
  }

  @Test
  void circuit_logWithoutTraceBeforeAnyRun_showsAtOnce() {
    append(logs(log(null, "mdso", 0, "resource requested", "circuit_id", CIRCUIT)));

    List<Journey> found = requireNonNull(journeys.circuit(CIRCUIT)).journeys();

    assertThat(found).hasSize(1);
    assertThat(found.get(0).fragments()).isEmpty();
    assertThat(found.get(0).logs()).extracting(LogLine::body).containsExactly("resource requested");
  }

  @Test
  void circuit_looseLogOfTwoRuns_goesToRunThatSharesItsResource() {
    OrderStory other = new OrderStory(2, 200, false);
    append(story.frames());
    append(other.frames());
    append(
        logs(
            log(null, "mdso", 4_000, "mine", "circuit_id", CIRCUIT, "resource_id", story.resource),
            log(null, "mdso", 4_000, "theirs", "resource_id", other.resource),
            log(null, "mdso", 4_000, "whose", "circuit_id", CIRCUIT)));

    List<Journey> found = requireNonNull(journeys.circuit(CIRCUIT)).journeys();

    assertThat(bodies(found, JourneyIds.journey(story.beornTrace))).contains("mine");
    assertThat(bodies(found, JourneyIds.journey(other.beornTrace))).contains("theirs");
    assertThat(bodies(found, JourneyIds.unclaimedLogs(CIRCUIT))).containsExactly("whose");
    assertThat(found)
        .flatExtracting(Journey::logs)
        .filteredOn(log -> log.traceId() == null && log.join() != null)
        .isNotEmpty()
        .allSatisfy(log -> assertThat(requireNonNull(log.join()).by()).isEqualTo("resource_id"))
        .allSatisfy(log -> assertThat(requireNonNull(log.join()).confidence()).isBetween(0.9, 1.0));
    assertThat(
            bodies(
                List.of(requireNonNull(journeys.journey(JourneyIds.journey(story.beornTrace)))),
                JourneyIds.journey(story.beornTrace)))
        .contains("mine")
        .doesNotContain("theirs", "whose");
  }

  @Test
  void circuit_logWithEventName_isEvent() {
    append(story.frames());
    append(logs(log(story.beornTrace, "beorn", 20, "token").event("token_acquired")));

    Journey journey = requireNonNull(journeys.circuit(CIRCUIT)).journeys().get(0);

    assertThat(journey.events()).extracting(LogLine::eventName).containsExactly("token_acquired");
    assertThat(journey.logs()).extracting(LogLine::body).doesNotContain("token");
  }

  @Test
  void circuit_C18_keyOnlyInLogOfTrace_joinsThatTrace() {
    append(traces(span(trace(70), 70, "arda", "work")));
    append(logs(log(trace(70), "arda", 10, "about it", "circuit_id", CIRCUIT)));

    assertThat(requireNonNull(journeys.circuit(CIRCUIT)).journeys())
        .flatExtracting(Journey::fragments)
        .extracting(Fragment::traceId)
        .containsExactly(trace(70));
  }

  @Test
  void state_recentOrRootMissing_isRunning() {
    append(traces(story.create));
    now = Instant.ofEpochSecond(0, at(60_000));
    assertThat(onlyJourney().state()).isEqualTo(Journey.State.RUNNING);

    append(traces(story.order));
    assertThat(onlyJourney().state()).isEqualTo(Journey.State.COMPLETED);

    now = Instant.ofEpochSecond(0, at(1_000));
    assertThat(onlyJourney().state()).isEqualTo(Journey.State.RUNNING);
  }

  @Test
  void state_workflowFailedBelowGoodRoot_isFailed() {
    append(
        traces(
            story.order,
            span(story.beornTrace, 150, "beorn", "create_network_service")
                .kind(1)
                .below(101)
                .with("workflow.name", "create_network_service")
                .failing()));

    assertThat(onlyJourney().state()).isEqualTo(Journey.State.FAILED);
  }

  @Test
  void state_stepFailedBelowGoodRoot_isCompleted() {
    append(
        traces(
            story.order,
            span(story.beornTrace, 150, "beorn", "check_inventory")
                .kind(1)
                .below(101)
                .with("workflow.name", "create_network_service", "workflow.step", "check_inventory")
                .failing()));

    assertThat(onlyJourney().state()).isEqualTo(Journey.State.COMPLETED);
  }

  @Test
  void circuit_entryOfOrchestrationTrace_isEvent() {
    append(story.frames());
    append(
        logs(log(story.mdsoTrace, "mdso-scriptplan", 2_000, "STARTED", "mdso.state", "STARTED")));

    assertThat(onlyJourney().events()).extracting(LogLine::body).containsExactly("STARTED");
  }

  @Test
  void trace_spansInSeveralFrames_areReadFromJournalWithEverything() {
    append(traces(story.create), traces(story.order), traces(story.order));

    TraceDetail trace = requireNonNull(journeys.trace(story.beornTrace));

    assertThat(trace.complete()).isTrue();
    assertThat(trace.spans())
        .extracting(TraceDetail.Span::spanId)
        .containsExactly(story.order.spanId(), story.create.spanId());
    assertThat(trace.spans().get(1).parentSpanId()).isEqualTo(story.order.spanId());
    assertThat(trace.spans().get(1).attributes()).containsEntry("resource_id", story.resource);
  }

  @Test
  void trace_frameGoneFromJournal_isShownAsIncomplete() {
    append(traces(story.create), traces(story.order));
    journal.delete(1);

    TraceDetail trace = requireNonNull(journeys.trace(story.beornTrace));

    assertThat(trace.complete()).isFalse();
    assertThat(trace.spans()).hasSize(1);
    assertThat(requireNonNull(trace.fragment()).spanCount()).isEqualTo(2);
  }

  @Test
  void trace_spanOfStitcher_isSyntheticAndNoPartOfFragment() {
    append(traces(story.order));
    append(
        byStitcher(
            traces(
                span(story.beornTrace, 99, "correlation-server", "beorn_to_mdso_bridge")
                    .below(101))));

    TraceDetail trace = requireNonNull(journeys.trace(story.beornTrace));

    assertThat(trace.spans())
        .extracting(TraceDetail.Span::synthetic)
        .containsExactlyInAnyOrder(true, false);
    assertThat(requireNonNull(trace.fragment()).services()).containsExactly("beorn");
    assertThat(requireNonNull(trace.fragment()).spanCount()).isEqualTo(1);
  }

  @Test
  void correlations_pagedByOne_givesEachOnceFromNewToOld() {
    append(story.frames());
    append(new OrderStory(2, 200, true).frames());
    List<String> seen = new ArrayList<>();
    Page.Position position = null;

    do {
      Page<Correlation> page = journeys.correlations(CorrelationFilter.ALL, 1, position);
      page.items().forEach(item -> seen.add(item.fragment().traceId()));
      position = page.next();
    } while (position != null);

    assertThat(seen)
        .containsExactly(
            trace(203), story.ardaTrace, trace(202), story.mdsoTrace, trace(201), story.beornTrace);
  }

  @Test
  void correlations_filters_mustAllHold() {
    append(story.frames());

    assertThat(
            found(
                new CorrelationFilter(
                    null, Map.of("circuit_id", CIRCUIT), "arda", Long.MIN_VALUE, Long.MAX_VALUE)))
        .containsExactly(story.ardaTrace);
    assertThat(
            found(
                new CorrelationFilter(
                    null,
                    Map.of("circuit_id", story.resource),
                    null,
                    Long.MIN_VALUE,
                    Long.MAX_VALUE)))
        .hasSize(3);
    assertThat(found(new CorrelationFilter(null, Map.of(), null, at(8_000), at(20_000))))
        .containsExactly(story.mdsoTrace);
    assertThat(
            found(
                new CorrelationFilter(
                    null, Map.of("request_id", "other"), null, Long.MIN_VALUE, Long.MAX_VALUE)))
        .isEmpty();
    assertThat(
            found(
                new CorrelationFilter(
                    story.ardaTrace, Map.of(), null, Long.MIN_VALUE, Long.MAX_VALUE)))
        .containsExactly(story.ardaTrace);
  }

  @Test
  void links_filters_mustAllHold() {
    append(story.frames());

    assertThat(
            journeys
                .links(
                    new LinkFilter(Map.of("circuit_id", story.resource), null, null, 0), 10, null)
                .items())
        .hasSize(2);
    assertThat(
            journeys
                .links(new LinkFilter(Map.of("circuit_id", CIRCUIT), null, null, 0.95), 10, null)
                .items())
        .extracting(link -> link.handoff().id())
        .containsExactly(story.toMdso.id());
    assertThat(
            journeys
                .links(new LinkFilter(Map.of(), story.ardaTrace, Handoff.State.LINKED, 0), 10, null)
                .items())
        .extracting(link -> link.handoff().id())
        .containsExactly(story.toArda.id());
    assertThat(
            journeys
                .links(new LinkFilter(Map.of(), null, Handoff.State.REJECTED, 0), 10, null)
                .items())
        .isEmpty();
  }

  @Test
  void lookup_anyId_namesItsJourney() {
    append(story.frames());
    append(new OrderStory(2, 200, false).frames());

    Lookup byRequest = journeys.lookup(story.request);
    Lookup byTrace = journeys.lookup(story.mdsoTrace);

    assertThat(byRequest.journeyIds()).containsExactly(JourneyIds.journey(story.beornTrace));
    assertThat(byTrace.journeyIds()).containsExactly(JourneyIds.journey(story.beornTrace));
    assertThat(byTrace.traceId()).isEqualTo(story.mdsoTrace);
    assertThat(journeys.lookup(CIRCUIT).journeyIds()).hasSize(2);
    assertThat(journeys.lookup("nobody-knows-this")).isEqualTo(Lookup.NOTHING);
  }

  @Test
  void read_unreadableFrame_isLeftOutAndTheRestLives() {
    append(
        new Frame(
            Signal.HANDOFFS, at(0), 1, Map.of(), "{not json".getBytes(StandardCharsets.UTF_8)));
    append(story.frames());

    assertThat(requireNonNull(journeys.circuit(CIRCUIT)).journeys()).hasSize(1);
    assertThat(journeys.trouble()).isNull();
  }

  @Test
  void read_journalFailsInMiddleOfBatch_losesNothing() throws IOException {
    journeys.close();
    story.frames().forEach(journal::append);

    journeys =
        Journeys.start(config, new StumblingJournal(journal), new PrometheusRegistry(), clock());

    awaitPosition(journal.status().nextSequence() - 1);
    assertThat(onlyJourney().fragments()).hasSize(3);
    assertThat(onlyJourney().logs()).hasSize(2);
  }

  @Test
  void read_handoffs_observesWhenTheyBecameVisible() throws IOException {
    journeys.close();
    Frame decided = handoffs(story.toMdso, story.toArda);
    now = Instant.ofEpochSecond(0, decided.receivedNanos()).plusMillis(400);
    start();

    append(decided);

    await()
        .untilAsserted(
            () -> {
              HistogramDataPointSnapshot visible = visible();
              assertThat(visible.getCount()).isEqualTo(2);
              assertThat(visible.getSum()).isCloseTo(0.8, within(1e-9));
            });
  }

  private HistogramDataPointSnapshot visible() {
    return registry.scrape("corr_handoff_visible_seconds"::equals).stream()
        .map(HistogramSnapshot.class::cast)
        .flatMap(histogram -> histogram.getDataPoints().stream())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void onChange_newSpan_namesJourneyAndCircuit() {
    List<Changes> changes = Collections.synchronizedList(new ArrayList<>());
    journeys.onChange(changes::add);

    append(traces(story.order));

    await().until(() -> !changes.isEmpty());
    assertThat(changes.get(0).circuitIds()).containsExactly(CIRCUIT);
    assertThat(changes.get(0).journeyIds()).containsExactly(JourneyIds.journey(story.beornTrace));
  }

  @Test
  void retention_oldJourney_isForgottenWhole() throws IOException {
    append(story.frames());
    journeys.close();
    now = LONG_AFTER.plus(Duration.ofDays(8));

    start();

    await().until(() -> journeys.circuit(CIRCUIT) == null);
    assertThat(journeys.correlations(CorrelationFilter.ALL, 10, null).items()).isEmpty();
    assertThat(journeys.links(LinkFilter.ALL, 10, null).items()).isEmpty();
  }

  @Test
  void retention_tooManyFragments_forgetsTheOldest() throws IOException {
    append(story.frames());
    append(new OrderStory(2, 60_000, false).frames());
    journeys.close();
    config = config.withBounds(3, 100);

    start();

    await().until(() -> journeys.correlations(CorrelationFilter.ALL, 10, null).items().size() == 3);
    assertThat(found(CorrelationFilter.ALL)).containsExactly(trace(203), trace(202), trace(201));
  }

  private List<String> found(CorrelationFilter filter) {
    return journeys.correlations(filter, 100, null).items().stream()
        .map(correlation -> correlation.fragment().traceId())
        .toList();
  }

  private static List<String> bodies(List<Journey> found, String id) {
    return found.stream()
        .filter(journey -> journey.id().equals(id))
        .flatMap(journey -> journey.logs().stream())
        .map(LogLine::body)
        .toList();
  }

  private Journey onlyJourney() {
    List<Journey> found = requireNonNull(journeys.circuit(CIRCUIT)).journeys();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private void start() throws IOException {
    registry = new PrometheusRegistry();
    journeys = Journeys.start(config, journal, registry, clock());
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public Instant instant() {
        return now;
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  private void append(List<Frame> frames) {
    append(frames.toArray(Frame[]::new));
  }

  private void append(Frame... frames) {
    for (Frame frame : frames) {
      journal.append(frame);
    }
    awaitRead(journal);
  }

  private static void awaitRead(InMemoryJournal read) {
    long last = read.status().nextSequence() - 1;
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> read.cursor(JourneyWriter.READER).committed() == last);
  }

  private void awaitPosition(long sequence) {
    await().until(() -> journeys.position() == sequence);
  }
}
