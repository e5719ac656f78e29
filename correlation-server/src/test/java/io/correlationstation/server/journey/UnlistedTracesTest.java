// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static io.correlationstation.server.journey.Telemetry.CIRCUIT;
import static io.correlationstation.server.journey.Telemetry.at;
import static io.correlationstation.server.journey.Telemetry.handoff;
import static io.correlationstation.server.journey.Telemetry.handoffs;
import static io.correlationstation.server.journey.Telemetry.log;
import static io.correlationstation.server.journey.Telemetry.logs;
import static io.correlationstation.server.journey.Telemetry.span;
import static io.correlationstation.server.journey.Telemetry.trace;
import static io.correlationstation.server.journey.Telemetry.traces;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.InMemoryJournal;
import io.correlationstation.server.journey.Telemetry.SpanSpec;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of traces without keys on a server that sees more of them than it lists. */
final class UnlistedTracesTest {

  private static final String LATE = trace(900_001);
  private static final String OTHER = trace(900_002);

  @TempDir Path directory;

  private final InMemoryJournal journal = new InMemoryJournal();
  private final SpanSpec root = span(LATE, 1, "beorn", "POST /orders").from(10, 50);
  private final SpanSpec call = span(LATE, 2, "beorn", "POST").below(1).kind(3).from(20, 40);
  private final SpanSpec found =
      span(LATE, 3, "palantir", "GET /topology").below(2).from(22, 38).with("circuit_id", CIRCUIT);
  private Journeys journeys;

  /** Uses up what is listed of traces without keys. */
  @BeforeEach
  void fill() throws IOException {
    start();
    append(
        traces(
            IntStream.range(0, Journeys.OTHERS_AT_ONCE)
                .mapToObj(i -> span(trace(i), 10 + i, "gateway", "GET /").from(0, 50))
                .toArray(SpanSpec[]::new)));
  }

  @AfterEach
  void close() {
    journeys.close();
  }

  @Test
  void trace_withoutKeyBeyondTheNumber_isFoundByItsIdAndNotListed() {
    append(traces(root, call), logs(log(LATE, "beorn", 30, "order taken")));

    TraceDetail trace = requireNonNull(journeys.trace(LATE));

    assertThat(trace.fragment()).isNull();
    assertThat(trace.spans())
        .extracting(TraceDetail.Span::name)
        .containsExactly("POST /orders", "POST");
    assertThat(trace.logs()).extracting(LogLine::body).containsExactly("order taken");
    assertThat(trace.complete()).isTrue();
    assertThat(journeys.lookup(LATE).traceId()).isEqualTo(LATE);
    assertThat(journeys.journey(JourneyIds.journey(LATE))).isNull();
  }

  @Test
  void circuit_keyInLaterFrame_bringsWhatWasPassedOver() {
    append(traces(root, call), logs(log(LATE, "beorn", 30, "order taken")));
    append(traces(found));

    assertWhole();
  }

  @Test
  void circuit_keyInLaterSpanOfTheSameFrame_bringsWhatWasPassedOver() {
    append(traces(root, call, found), logs(log(LATE, "beorn", 30, "order taken")));

    assertWhole();
  }

  @Test
  void circuit_keyAfterRestart_bringsWhatWasPassedOver() throws IOException {
    append(traces(root, call), logs(log(LATE, "beorn", 30, "order taken")));
    journeys.close();
    start();
    append(traces(found));

    assertWhole();
  }

  @Test
  void journey_handoffBetweenTracesPassedOver_bringsBoth() {
    SpanSpec child = span(OTHER, 7, "arda", "work").from(45, 50);
    append(traces(root, call), traces(child));
    append(handoffs(handoff(call, child, 0.95)));

    Journey journey = requireNonNull(journeys.journey(JourneyIds.journey(OTHER)));

    assertThat(journey.fragments()).extracting(Fragment::traceId).containsExactly(LATE, OTHER);
    assertThat(journey.fragments()).extracting(Fragment::spanCount).containsExactly(2, 1);
  }

  @Test
  void trace_nextToOneThatIsReadAgainAndNotListed_isStillFound() {
    SpanSpec collecting = span(LATE, 4, "mdso-log-collector", "collect").from(0, 5);
    append(traces(collecting, span(OTHER, 7, "arda", "work").from(45, 50)));
    append(handoffs(handoff(call, span(trace(900_003), 9, "bill", "POST"), 0.95)));

    assertThat(requireNonNull(journeys.trace(OTHER)).spans())
        .extracting(TraceDetail.Span::name)
        .containsExactly("work");
    assertThat(requireNonNull(journeys.trace(LATE)).spans())
        .extracting(TraceDetail.Span::name)
        .containsExactly("collect");
  }

  @Test
  void trace_spanOfListedTraceLater_isCounted() {
    append(traces(span(trace(0), 5, "gateway", "late").below(10).from(1, 2)));

    assertThat(requireNonNull(requireNonNull(journeys.trace(trace(0))).fragment()).spanCount())
        .isEqualTo(2);
  }

  @Test
  void trace_listedAgainOnceTimeHasPassed_isAFragment() {
    long later = 50 + 2_000 / Journeys.OTHERS_PER_SECOND;
    append(traces(span(OTHER, 8, "arda", "work").from(50, later)));

    assertThat(requireNonNull(journeys.trace(OTHER)).fragment()).isNotNull();
  }

  private void assertWhole() {
    Journey journey = requireNonNull(journeys.circuit(CIRCUIT)).journeys().get(0);
    Fragment fragment = journey.fragments().get(0);
    assertThat(fragment.spanCount()).isEqualTo(3);
    assertThat(fragment.services()).containsExactlyInAnyOrder("beorn", "palantir");
    assertThat(journey.logs()).extracting(LogLine::body).containsExactly("order taken");
    assertThat(requireNonNull(journeys.trace(LATE)).spans()).hasSize(3);
  }

  private void start() throws IOException {
    Clock shortlyAfter = Clock.fixed(Instant.ofEpochSecond(0, at(60_000)), ZoneOffset.UTC);
    journeys =
        Journeys.start(
            JourneyConfig.inDirectory(directory), journal, new PrometheusRegistry(), shortlyAfter);
  }

  private void append(Frame... frames) {
    for (Frame frame : frames) {
      journal.append(frame);
    }
    long last = journal.status().nextSequence() - 1;
    await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> journal.cursor(JourneyWriter.READER).committed() == last);
  }
}
