// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.SpanRef;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JourneyTracesTest {

  private static final long DAY_NANOS = 86_400_000_000_000L;
  private static final long NOON = 20_000 * DAY_NANOS + DAY_NANOS / 2;
  private static final String CIRCUIT = "80.L1XX.000001..TEST";

  /** What Tempo keeps of one trace by default. */
  private static final int TEMPO_MAX_BYTES = 5_000_000;

  private final SyntheticSpans synthetic = new SyntheticSpans(Map.of("mdso-scriptplan", "mdso"));
  private final TakenBack takenBack = new TakenBack();
  private JourneyTraces traces = new JourneyTraces();

  @Test
  void of_chainOfHandoffs_isOneTraceWithAStepUnderEachStep() {
    List<Span> spans = tell(handoff(1, 2), handoff(2, 3));

    assertThat(spans)
        .extracting(Span::getName)
        .containsExactly(
            "journey " + CIRCUIT, "service-1 work 1", "service-2 work 2", "service-3 work 3");
    assertThat(spans).extracting(Span::getTraceId).containsOnly(spans.get(0).getTraceId());
    assertThat(spans.get(0).getParentSpanId()).isEqualTo(ByteString.EMPTY);
    for (int i = 1; i < 4; i++) {
      assertThat(spans.get(i).getParentSpanId()).isEqualTo(spans.get(i - 1).getSpanId());
    }
    Span last = spans.get(3);
    assertThat(last.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_INTERNAL);
    assertThat(last.getStatus()).isEqualTo(Status.getDefaultInstance());
    assertThat(last.getStartTimeUnixNano()).isEqualTo(NOON + 3);
    assertThat(hex(last.getLinks(0).getTraceId())).isEqualTo(traceId(3));
    assertThat(hex(last.getLinks(0).getSpanId())).isEqualTo(spanId(3));
    assertThat(last.getAttributesList())
        .extracting(attribute -> attribute.getKey())
        .contains("circuit_id", "correlation.synthetic", "correlation.handoff_id");
  }

  @Test
  void of_otherCircuitOrOtherDay_isAnotherTrace() {
    List<Span> spans = new ArrayList<>(tell(handoff(1, 2)));
    spans.addAll(tell(handoff(1, 2, 0, "80.L1XX.000002..TEST", null)));
    spans.addAll(tell(handoff(1, 2, DAY_NANOS, CIRCUIT, null)));

    assertThat(traceIds(spans)).hasSize(3);
  }

  @Test
  void of_candidatesAndHandoffsWithoutCircuit_tellNothing() {
    assertThat(tell(handoff(1, 2, 0, null, null))).isEmpty();
    assertThat(tell(state(handoff(1, 2), Handoff.State.CANDIDATE, null))).isEmpty();
  }

  @Test
  void of_linkTakenBack_standsUnderItsStep_andTheNextOneIsANewStep() {
    Handoff wrong = handoff(1, 3);
    List<Span> first = tell(wrong);

    List<Span> then =
        tell(
            state(wrong, Handoff.State.REJECTED, wrong.id()),
            handoff(2, 3, 0, CIRCUIT, wrong.id()));

    assertThat(then)
        .extracting(Span::getName)
        .containsExactly("service-3 work 3 retraction", "service-2 work 2", "service-3 work 3");
    assertThat(then.get(0).getParentSpanId()).isEqualTo(first.get(2).getSpanId());
    assertThat(then.get(2).getSpanId()).isNotEqualTo(first.get(2).getSpanId());
    assertThat(then.get(2).getParentSpanId()).isEqualTo(then.get(1).getSpanId());
  }

  @Test
  void of_circuitThatNeverRests_rollsOverBeforeTempoCutsIt_andEveryPartIsWhole() {
    List<Span> spans = new ArrayList<>();
    for (int i = 1; i <= 10_000; i++) {
      spans.addAll(tell(handoff(i, i + 1)));
    }

    Map<ByteString, List<Span>> parts =
        spans.stream()
            .collect(
                Collectors.groupingBy(Span::getTraceId, LinkedHashMap::new, Collectors.toList()));
    assertThat(parts).hasSizeGreaterThan(2);
    ByteString rootBefore = ByteString.EMPTY;
    for (List<Span> part : parts.values()) {
      Set<ByteString> ids = part.stream().map(Span::getSpanId).collect(Collectors.toSet());
      assertThat(ids).hasSameSizeAs(part);
      assertThat(part.subList(1, part.size()))
          .allMatch(span -> ids.contains(span.getParentSpanId()));
      // Twice, as after a lost state, it still fits.
      assertThat(2 * SyntheticSpans.encode(part).length).isLessThan(TEMPO_MAX_BYTES);
      Span root = part.get(0);
      if (!rootBefore.isEmpty()) {
        assertThat(root.getLinks(0).getSpanId()).isEqualTo(rootBefore);
      }
      rootBefore = root.getSpanId();
    }
  }

  @Test
  void of_restartAnywhere_givesTheSameBytes() throws Exception {
    List<Span> straight = new ArrayList<>();
    for (int i = 1; i <= 3_000; i++) {
      straight.addAll(tell(handoff(i, i + 1)));
    }

    traces = new JourneyTraces();
    List<Span> restarted = new ArrayList<>();
    for (int i = 1; i <= 3_000; i++) {
      if (i % 701 == 0) {
        restart();
      }
      restarted.addAll(tell(handoff(i, i + 1)));
    }

    assertThat(SyntheticSpans.encode(restarted)).isEqualTo(SyntheticSpans.encode(straight));
  }

  private void restart() throws Exception {
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    try (StateOutput out = new StateOutput(saved)) {
      ObjectGraph.write(traces, List.of(), out);
    }
    traces =
        (JourneyTraces)
            ObjectGraph.read(
                List.of(), new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));
  }

  private List<Span> tell(Handoff... handoffs) {
    List<Handoff> told = List.of(handoffs);
    return traces.of(told, takenBack.timesBefore(told), synthetic);
  }

  private static Set<ByteString> traceIds(List<Span> spans) {
    return spans.stream().map(Span::getTraceId).collect(Collectors.toSet());
  }

  private static Handoff handoff(int parent, int child) {
    return handoff(parent, child, 0, CIRCUIT, null);
  }

  private static Handoff handoff(
      int parent, int child, long later, @Nullable String circuit, @Nullable String supersedes) {
    return new Handoff(
        String.format("%016x%016x", parent, child),
        end(parent, later),
        end(child, later),
        circuit == null ? Map.of() : Map.of("circuit_id", circuit),
        0.97,
        Handoff.State.LINKED,
        List.of(),
        List.of(),
        1,
        "circuit_id_match",
        "1",
        supersedes);
  }

  private static Handoff state(Handoff handoff, Handoff.State state, @Nullable String supersedes) {
    return new Handoff(
        handoff.id(),
        handoff.parent(),
        handoff.child(),
        handoff.keys(),
        0,
        state,
        handoff.evidence(),
        handoff.rivals(),
        handoff.delayNanos(),
        handoff.method(),
        handoff.modelVersion(),
        supersedes);
  }

  private static SpanRef end(int number, long later) {
    long start = NOON + later + number;
    return new SpanRef(
        traceId(number), spanId(number), "service-" + number, "work " + number, start, start + 100);
  }

  private static String traceId(int number) {
    return String.format("%032x", number);
  }

  private static String spanId(int number) {
    return String.format("%016x", number);
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
