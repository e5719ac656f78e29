// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.InMemoryJournal;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.StitchConfig;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
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

  /** Begins when the spans were received. */
  private final Clock clock =
      Clock.offset(
          Clock.systemUTC(),
          Duration.between(Instant.now(), Instant.EPOCH.plusNanos(START + 1_000 * MILLI)));

  private final InMemoryJournal journal = new InMemoryJournal();

  @Test
  void spans_handedOff_becomeALinkedDecisionAndSyntheticSpans() throws Exception {
    try (StitchWorker worker = start()) {
      appendHandoff();

      await().atMost(Duration.ofSeconds(60)).until(() -> !linked().isEmpty());
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
      await().atMost(Duration.ofSeconds(60)).until(() -> !synthetic().isEmpty());
    }
    int decisions = decisions().size();
    int spans = synthetic().size();

    try (StitchWorker worker = start()) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> worker.statistics().decisions().getOrDefault("LINKED", 0L) >= 1);
    }

    assertThat(decisions()).hasSize(decisions);
    assertThat(synthetic()).hasSize(spans);
  }

  private StitchWorker start() throws Exception {
    return StitchWorker.start(
        StitchWorkerConfig.inDirectory(
            directory, StitchConfig.defaults(), Map.of("mdso-scriptplan", "mdso")),
        journal,
        new PrometheusRegistry(),
        clock);
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
            Signal.TRACES,
            START + 1_000 * MILLI,
            spans.length,
            Map.of(),
            request.build().toByteArray()));
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
    List<Handoff> decisions = new ArrayList<>();
    for (Frame frame : frames(Signal.HANDOFFS)) {
      decisions.addAll(HandoffLines.parse(frame.payload()));
    }
    return decisions;
  }

  private List<Handoff> linked() throws Exception {
    return decisions().stream().filter(h -> h.state() == Handoff.State.LINKED).toList();
  }

  private List<Span> synthetic() throws Exception {
    List<Span> spans = new ArrayList<>();
    for (Frame frame : frames(Signal.TRACES)) {
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

  private List<Frame> frames(Signal signal) {
    List<Frame> frames = new ArrayList<>();
    for (long sequence = 0; sequence < journal.status().nextSequence(); sequence++) {
      Frame frame = journal.read(sequence);
      if (frame != null && frame.signal() == signal) {
        frames.add(frame);
      }
    }
    return frames;
  }
}
