// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.InMemoryJournal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.LogBatch;
import io.correlationstation.server.otlp.SpanTables;
import io.correlationstation.server.stitch.Evidence;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.Ruling;
import io.correlationstation.server.stitch.StitchConfig;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The worker on a journal: what goes in as spans comes out as decisions and synthetic spans, once.
 */
class StitchWorkerTest {

  private static final long START = 1_767_600_000_000_000_000L;
  private static final long MILLI = 1_000_000L;
  private static final String PARENT_TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CHILD_TRACE = "1af7651916cd43dd8448eb211c80319c";

  @TempDir private Path directory;

  private final InMemoryJournal journal = new InMemoryJournal();

  /** Stands at the time at which the spans were received until it is moved. */
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.EPOCH.plusNanos(START + 1_000 * MILLI));

  private final Clock clock =
      new Clock() {
        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }

        @Override
        public Instant instant() {
          return now.get();
        }
      };

  @Test
  void spans_handedOff_becomeALinkedDecisionAndSyntheticSpans() throws Exception {
    try (StitchWorker worker = start()) {
      appendHandoff();
      letTimePass(worker);

      await().until(() -> !linked().isEmpty());
      await().until(() -> !synthetic().isEmpty());
      assertThat(worker.failure()).isNull();
    }

    Handoff handoff = linked().get(0);
    assertThat(handoff.parent().traceId()).isEqualTo(PARENT_TRACE);
    assertThat(handoff.child().traceId()).isEqualTo(CHILD_TRACE);
    assertThat(synthetic())
        .extracting(Span::getName)
        .contains("beorn_to_mdso_bridge", "mdso_from_beorn_marker");
  }

  @Test
  void restart_decisionsAlreadyWritten_areNotWrittenAgain() throws Exception {
    try (StitchWorker worker = start()) {
      appendHandoff();
      letTimePass(worker);
      await().until(() -> !synthetic().isEmpty());
    }
    int decisions = decisions().size();
    int spans = synthetic().size();

    try (StitchWorker worker = start()) {
      await().until(() -> worker.statistics().decisions().getOrDefault("LINKED", 0L) >= 1);
    }

    assertThat(decisions()).hasSize(decisions);
    assertThat(synthetic()).hasSize(spans);
  }

  @Test
  void crash_C14_afterTheStateWasSaved_tellsNothingTwiceAndLosesNothing() throws Exception {
    try (StitchWorker worker = start()) {
      appendHandoff();
      await().until(() -> worker.statistics().spans() == 3);
    }
    byte[] saved = Files.readAllBytes(directory.resolve("stitch.state"));
    try (StitchWorker worker = start()) {
      letTimePass(worker);
      await().until(() -> !synthetic().isEmpty());
    }
    List<Handoff> decisions = decisions();
    List<Span> spans = synthetic();
    Frame lastFrame = journal.read(journal.status().nextSequence() - 1);
    assertThat(lastFrame.signal()).isEqualTo(Signal.TRACES);
    journal.delete(journal.status().nextSequence() - 1);

    Files.write(directory.resolve("stitch.state"), saved);
    try (StitchWorker worker = start()) {
      letTimePass(worker);
      await().until(() -> !synthetic().isEmpty());
    }

    assertThat(decisions()).isEqualTo(decisions);
    assertThat(synthetic()).isEqualTo(spans);
  }

  @Test
  void journalCrowded_letsGoOfWhatTheSavedStateHolds() throws Exception {
    try (StitchWorker worker = start()) {
      appendHandoff();
      await().until(() -> worker.statistics().spans() == 3);
      long last = journal.status().nextSequence() - 1;
      journal.fill(0.5);

      now.updateAndGet(instant -> instant.plusSeconds(11));

      await().until(() -> committed() >= last);
    }
    letRetentionDeleteEverything();
    try (StitchWorker worker = start()) {
      assertThat(worker.statistics().liveFragments()).isEqualTo(2);
    }
  }

  @Test
  void journalRoomy_keepsTheFramesOfWhatIsHeld() throws Exception {
    try (StitchWorker worker = start()) {
      appendHandoff();
      await().until(() -> worker.statistics().spans() == 3);
    }

    assertThat(committed()).isEqualTo(-1);
  }

  private long committed() throws Exception {
    try (JournalCursor cursor = journal.cursor("stitch")) {
      return cursor.committed();
    }
  }

  @Test
  void damagedState_isSetAsideAndLearntAnew() throws Exception {
    Files.writeString(directory.resolve("stitch.state"), "no state at all, but long enough");
    PrometheusRegistry registry = new PrometheusRegistry();

    try (StitchWorker worker = start(registry)) {
      appendHandoff();
      letTimePass(worker);
      await().until(() -> !linked().isEmpty());
      assertThat(worker.failure()).isNull();
    }

    assertThat(directory.resolve("stitch.state.damaged")).exists();
    assertThat(registry.scrape().stream().map(s -> s.getMetadata().getName()))
        .contains("corr_stitch_state_failures");
  }

  @Test
  void reject_C20_whileHeld_takesTheLinkBackInBothTraces() throws Exception {
    try (StitchWorker worker = start()) {
      appendHandoff();
      letTimePass(worker);
      await().until(() -> synthetic().size() == 2);
      worker.rule(new Ruling.OnHandoff(linked().get(0), false, null, "other order", "ann", 1));
      await().until(() -> synthetic().size() == 4);
    }

    Handoff last = decisions().get(decisions().size() - 1);
    assertThat(last.state()).isEqualTo(Handoff.State.REJECTED);
    assertThat(last.evidence()).extracting(Evidence::kind).containsExactly("verdict");
    List<Span> all = synthetic();
    assertThat(all.subList(2, 4))
        .extracting(Span::getName)
        .containsOnly("beorn_to_mdso_retraction");
    assertThat(all.subList(2, 4))
        .extracting(Span::getParentSpanId)
        .containsExactly(all.get(0).getSpanId(), all.get(1).getSpanId());
    assertThat(all.subList(2, 4))
        .extracting(Span::getTraceId)
        .containsExactly(bytes(PARENT_TRACE), bytes(CHILD_TRACE));
  }

  @Test
  void confirm_whileHeld_saysWhoAndKeepsWhyItWasBelieved() throws Exception {
    try (StitchWorker worker = start()) {
      appendHandoff();
      letTimePass(worker);
      await().until(() -> !linked().isEmpty());
      Handoff told = linked().get(0);

      worker.rule(new Ruling.OnHandoff(told, true, null, "seen it", "ann", 1));
      await().until(() -> linked().size() == 2);

      Handoff confirmed = linked().get(1);
      assertThat(confirmed.confidence()).isEqualTo(1);
      assertThat(confirmed.recomputed()).isCloseTo(1, within(1e-9));
      assertThat(confirmed.evidence()).startsWith(told.evidence().toArray(new Evidence[0]));
      assertThat(confirmed.evidence().get(told.evidence().size()))
          .extracting(Evidence::kind, Evidence::key, Evidence::value)
          .containsExactly("verdict", "confirmed", "ann");
    }
  }

  @Test
  void rulings_whenNothingIsHeld_areCarriedOutAndTheLastOneHolds() throws Exception {
    appendHandoff();
    try (StitchWorker worker = start()) {
      letTimePass(worker);
      await().until(() -> !linked().isEmpty());
    }
    Handoff told = linked().get(0);
    Path elsewhere = Files.createDirectory(directory.resolve("fresh"));
    InMemoryJournal empty = new InMemoryJournal();

    try (StitchWorker worker = start(elsewhere, empty, new PrometheusRegistry())) {
      worker.rule(new Ruling.OnHandoff(told, false, null, "no", "ann", 1));
      await().until(() -> decisions(empty).size() == 1);
      Handoff rejected = decisions(empty).get(0);
      worker.rule(new Ruling.OnHandoff(rejected, true, null, "yes after all", "bob", 2));
      await().until(() -> decisions(empty).size() == 2);
      await().until(() -> synthetic(empty).size() == 4);
    }
    try (StitchWorker worker = start(elsewhere, empty, new PrometheusRegistry())) {
      await().until(() -> worker.statistics().spans() == 0);
    }

    assertThat(decisions(empty))
        .extracting(Handoff::state)
        .containsExactly(Handoff.State.REJECTED, Handoff.State.LINKED);
    assertThat(decisions(empty).get(1).confidence()).isEqualTo(1);
    assertThat(synthetic(empty))
        .extracting(Span::getName)
        .containsExactly(
            "beorn_to_mdso_retraction",
            "beorn_to_mdso_retraction",
            "beorn_to_mdso_bridge",
            "mdso_from_beorn_marker");
    ByteString voided = synthetic(empty).get(0).getParentSpanId();
    assertThat(synthetic(empty).get(2).getSpanId()).isNotEqualTo(voided);
    assertThat(synthetic(empty).get(2).getLinks(1).getSpanId()).isEqualTo(voided);
  }

  @Test
  void verdict_thenStateLost_stillHoldsForSpansReadAgain() throws Exception {
    appendHandoff();
    try (StitchWorker worker = start()) {
      letTimePass(worker);
      await().until(() -> synthetic().size() == 2);
      worker.rule(new Ruling.OnHandoff(linked().get(0), false, null, "no", "ann", 1));
      await().until(() -> synthetic().size() == 4);
    }
    int told = decisions().size();

    Files.delete(directory.resolve("stitch.state"));
    try (StitchWorker worker = start()) {
      letTimePass(worker);
      await().until(() -> worker.statistics().watermarkNanos() > START + 40_000 * MILLI);
    }

    assertThat(decisions()).hasSize(told);
    assertThat(decisions().get(told - 1).state()).isEqualTo(Handoff.State.REJECTED);
    assertThat(synthetic()).hasSize(4);
  }

  @Test
  void verdict_stateLostAndItsFrameDeleted_stillHoldsForSpansSentAgain() throws Exception {
    appendHandoff();
    try (StitchWorker worker = start()) {
      letTimePass(worker);
      await().until(() -> synthetic().size() == 2);
      worker.rule(new Ruling.OnHandoff(linked().get(0), false, null, "no", "ann", 1));
      await().until(() -> synthetic().size() == 4);
    }
    letRetentionDeleteEverything();
    Files.delete(directory.resolve("stitch.state"));

    try (StitchWorker worker = start()) {
      appendHandoff();
      letTimePass(worker);
      await().until(() -> worker.statistics().watermarkNanos() > START + 90_000 * MILLI);
    }

    assertThat(linked()).isEmpty();
    assertThat(synthetic()).isEmpty();
  }

  @Test
  void aliasRetraction_stateLostAndItsFrameDeleted_stillHolds() throws Exception {
    try (StitchWorker worker = start()) {
      worker.rule(
          new Ruling.OnAlias(
              "resource_id",
              "11111111-1111-4111-8111-111111111111",
              "circuit_id",
              "80.L1XX.000001..TEST",
              "typo",
              "ann",
              1));
      await().until(() -> Files.size(directory.resolve("stitch.rulings")) > 0);
    }
    letRetentionDeleteEverything();
    Files.delete(directory.resolve("stitch.state"));

    try (StitchWorker worker = start()) {
      appendHandoff();
      letTimePass(worker);
      await().until(() -> worker.statistics().watermarkNanos() > START + 40_000 * MILLI);
      assertThat(worker.statistics().aliases()).isZero();
      assertThat(worker.statistics().losses()).containsKey("alias_retracted");
    }
  }

  @Test
  void rulings_unreadable_areCountedAndStitchingGoesOn() throws Exception {
    PrometheusRegistry registry = new PrometheusRegistry();
    try (StitchWorker worker = StitchWorker.start(config(), journal, tables(), registry, clock)) {
      journal
          .append(
              new Frame(
                  Signal.RULINGS,
                  START,
                  1,
                  Map.of(Frame.ORIGIN, "ruling"),
                  "{nonsense".getBytes(StandardCharsets.UTF_8)))
          .join();
      appendHandoff();
      letTimePass(worker);

      await().until(() -> !linked().isEmpty());
      assertThat(worker.failure()).isNull();
    }
    assertThat(
            registry.scrape(name -> name.equals("corr_stitch_state_failures")).stream()
                .flatMap(metric -> metric.getDataPoints().stream())
                .map(point -> point.getLabels().get("what")))
        .contains("rulings");
  }

  @Test
  void frames_handedOutOneByOneWithPauses_areNotTakenForSilence() throws Exception {
    appendHandoff();
    now.updateAndGet(instant -> instant.plusSeconds(60));

    try (StitchWorker worker =
        StitchWorker.start(
            config(), new PausingJournal(journal), tables(), new PrometheusRegistry(), clock)) {
      await().until(() -> !linked().isEmpty());
      assertThat(worker.statistics().losses()).doesNotContainKey("late");
    }
  }

  @Test
  void polledSourcesConfigured_tracesAreKeptUntilTheirSpansMayCome() throws Exception {
    try (StitchWorker worker =
        StitchWorker.start(
            config().withPolledSources(true), journal, tables(), new PrometheusRegistry(), clock)) {
      appendHandoff();
      await().until(() -> worker.statistics().spans() == 3);
      now.updateAndGet(instant -> instant.plusSeconds(600));
      await().until(() -> worker.statistics().watermarkNanos() > START + 500_000 * MILLI);

      assertThat(worker.statistics().liveFragments()).isEqualTo(2);
    }
  }

  @Test
  void journeyTraces_on_tellTheLinkInATraceOfTheCircuitOnceAlsoAfterARestart() throws Exception {
    StitchWorkerConfig telling = config().withJourneyTraces(true);
    try (StitchWorker worker =
        StitchWorker.start(telling, journal, tables(), new PrometheusRegistry(), clock)) {
      appendHandoff();
      letTimePass(worker);
      await().until(() -> synthetic().size() == 5);
    }
    Files.delete(directory.resolve("stitch.state"));
    try (StitchWorker worker =
        StitchWorker.start(telling, journal, tables(), new PrometheusRegistry(), clock)) {
      letTimePass(worker);
      await().until(() -> worker.statistics().decisions().getOrDefault("LINKED", 0L) >= 1);
    }

    assertThat(synthetic().subList(2, synthetic().size()))
        .extracting(Span::getName)
        .containsExactly("journey 80.L1XX.000001..TEST", "beorn POST", "mdso workflow");
  }

  /** As when every reader is done with it all and it is old. */
  private void letRetentionDeleteEverything() throws Exception {
    long last = journal.status().nextSequence() - 1;
    try (JournalCursor cursor = journal.cursor("stitch")) {
      cursor.commit(last);
    }
    for (long sequence = 0; sequence <= last; sequence++) {
      journal.delete(sequence);
    }
  }

  @Test
  void polledSourceAlone_isDecidedAsTimePasses() throws Exception {
    try (StitchWorker worker = start()) {
      Span.Builder polled =
          span(
                  PARENT_TRACE,
                  "00f067aa0ba902b0",
                  "",
                  "workflow",
                  Span.SpanKind.SPAN_KIND_SERVER,
                  0,
                  300)
              .toBuilder()
              .addAttributes(attribute("mdso.time.precision", "s"));
      append("mdso-scriptplan", polled.build());
      await().until(() -> worker.statistics().spans() == 1);
      assertThat(worker.statistics().liveFragments()).isZero();

      now.updateAndGet(instant -> instant.plusSeconds(60));

      await().until(() -> worker.statistics().liveFragments() == 1);
      assertThat(worker.statistics().watermarkNanos()).isGreaterThan(START + 30_000 * MILLI);
    }
  }

  @Test
  void hostAheadOfTheServer_alone_isDecidedThoughItNeverFallsSilent() throws Exception {
    try (StitchWorker worker = start()) {
      for (int second = 0; second < 30; second++) {
        append(START + second * 1_000 * MILLI, "beorn", root(second, (second + 120) * 1_000L));
      }

      await().until(() -> worker.statistics().watermarkNanos() > START + 20_000 * MILLI);
    }
  }

  @Test
  void logsAlone_teachAliases_asTimePasses() throws Exception {
    try (StitchWorker worker = start()) {
      LogBatch batch = new LogBatch(256);
      batch.openResource().attribute("service.name", "arda").openScope("test");
      batch
          .openRecord(START, START)
          .attribute("circuit_id", "80.L1XX.000001..TEST")
          .attribute("resource_id", "r-1")
          .closeRecord();
      batch.closeResource();
      journal.append(new Frame(Signal.LOGS, START, 1, Map.of(), batch.toByteArray()));
      await().until(() -> worker.statistics().keyValues().getOrDefault("resource_id", 0) == 1);

      now.updateAndGet(instant -> instant.plusSeconds(60));

      await().until(() -> worker.statistics().aliases() == 1);
    }
  }

  private static Span root(int number, long endMillis) {
    String id = "%016x".formatted(number + 1);
    return span(id + id, id, "", "work", Span.SpanKind.SPAN_KIND_SERVER, endMillis - 10, endMillis);
  }

  private void letTimePass(StitchWorker worker) {
    await().until(() -> worker.statistics().spans() == 3);
    now.updateAndGet(instant -> instant.plusSeconds(60));
  }

  private static SpanTables tables() {
    return new SpanTables(TelemetryFeed.keyNames(StitchConfig.defaults()).toList());
  }

  private StitchWorker start() throws Exception {
    return start(new PrometheusRegistry());
  }

  private StitchWorker start(PrometheusRegistry registry) throws Exception {
    return start(directory, journal, registry);
  }

  private StitchWorker start(Path state, InMemoryJournal log, PrometheusRegistry registry)
      throws Exception {
    return StitchWorker.start(config(state), log, tables(), registry, clock);
  }

  private StitchWorkerConfig config() {
    return config(directory);
  }

  private static StitchWorkerConfig config(Path state) {
    return StitchWorkerConfig.inDirectory(
        state, StitchConfig.defaults(), Map.of("mdso-scriptplan", "mdso"));
  }

  /** A call of beorn's whose context was lost; both sides know circuit and resource. */
  private void appendHandoff() {
    append(
        "beorn",
        span(
            PARENT_TRACE,
            "00f067aa0ba902b0",
            "",
            "POST /order",
            Span.SpanKind.SPAN_KIND_SERVER,
            0,
            300),
        span(
            PARENT_TRACE,
            "00f067aa0ba902b7",
            "00f067aa0ba902b0",
            "POST",
            Span.SpanKind.SPAN_KIND_CLIENT,
            50,
            250));
    append(
        "mdso-scriptplan",
        span(
            CHILD_TRACE,
            "b7ad6b7169203331",
            "",
            "workflow",
            Span.SpanKind.SPAN_KIND_SERVER,
            100,
            200));
  }

  private void append(String service, Span... spans) {
    append(START + 1_000 * MILLI, service, spans);
  }

  private void append(long receivedNanos, String service, Span... spans) {
    ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
    request
        .addResourceSpansBuilder()
        .setResource(
            io.opentelemetry.proto.resource.v1.Resource.newBuilder()
                .addAttributes(attribute("service.name", service)))
        .addScopeSpansBuilder()
        .addAllSpans(List.of(spans));
    journal.append(
        new Frame(
            Signal.TRACES, receivedNanos, spans.length, Map.of(), request.build().toByteArray()));
  }

  private static Span span(
      String trace,
      String id,
      String parent,
      String name,
      Span.SpanKind kind,
      long fromMillis,
      long toMillis) {
    return Span.newBuilder()
        .setTraceId(bytes(trace))
        .setSpanId(bytes(id))
        .setParentSpanId(bytes(parent))
        .setName(name)
        .setKind(kind)
        .setStartTimeUnixNano(START + fromMillis * MILLI)
        .setEndTimeUnixNano(START + toMillis * MILLI)
        .addAttributes(attribute("circuit_id", "80.L1XX.000001..TEST"))
        .addAttributes(attribute("resource_id", "11111111-1111-4111-8111-111111111111"))
        .build();
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  private List<Handoff> decisions() throws Exception {
    return decisions(journal);
  }

  private static List<Handoff> decisions(InMemoryJournal log) throws Exception {
    List<Handoff> decisions = new ArrayList<>();
    for (Frame frame : frames(log, Signal.HANDOFFS)) {
      decisions.addAll(HandoffLines.parse(frame.payload()));
    }
    return decisions;
  }

  private List<Handoff> linked() throws Exception {
    return decisions().stream().filter(h -> h.state() == Handoff.State.LINKED).toList();
  }

  private List<Span> synthetic() throws Exception {
    return synthetic(journal);
  }

  private static List<Span> synthetic(InMemoryJournal log) throws Exception {
    List<Span> spans = new ArrayList<>();
    for (Frame frame : frames(log, Signal.TRACES)) {
      if (frame.ownWork()) {
        spans.addAll(
            ExportTraceServiceRequest.parseFrom(frame.payload())
                .getResourceSpans(0)
                .getScopeSpans(0)
                .getSpansList());
      }
    }
    return spans;
  }

  private static List<Frame> frames(InMemoryJournal log, Signal signal) {
    List<Frame> frames = new ArrayList<>();
    for (long sequence = 0; sequence < log.status().nextSequence(); sequence++) {
      Frame frame = log.read(sequence);
      if (frame != null && frame.signal() == signal) {
        frames.add(frame);
      }
    }
    return frames;
  }
}
