// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.SpanRef;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Shows what happened on a circuit in one day (UTC, of the handing-off span) as one trace: a step
 * for each fragment, under the step of the fragment that handed off to it.
 *
 * <pre>
 *   trace id  SHA-256(version, "journey trace", circuit, day, part)[0..16)
 *   root      "journey CIRCUIT", of no length; it links to the root of the part before
 *   start     under the root: a fragment that hands off and is nobody's step, by its span
 *   step      under the step of the parent's fragment: the root of the child's fragment, linked to
 * </pre>
 *
 * <p>A part that has reached {@link #MAX_PART_BYTES} is followed by the next one. Handoffs without
 * a circuit are in no journey trace. What was taken back gets a retraction span.
 *
 * <p>The same decisions in the same order give the same bytes. Shape: {@value #MAX_CIRCUIT_DAYS}
 * circuits and days, the least recently used forgotten first (its count then starts anew, which the
 * part's size leaves room for), with {@value #MAX_TRACES} traces each. Part of the saved state. Not
 * thread-safe.
 */
final class JourneyTraces {

  /** Less than half of the 5 MB that Tempo keeps of a trace: a lost state may fill a part twice. */
  static final int MAX_PART_BYTES = 2_000_000;

  static final int MAX_CIRCUIT_DAYS = 10_000;
  static final int MAX_TRACES = 64;
  private static final String CIRCUIT = "circuit_id";

  /** Of a span within a request: its tag and its length. */
  private static final int FRAMING_BYTES = 4;

  /** A circuit's day, as far as it was told. Ids are hexadecimal. */
  private static final class Day {
    private final String circuit;
    private final long number;
    private final Map<String, String> stepOfTrace = new LinkedHashMap<>();
    private int part;
    private int bytes;

    Day(String circuit, long number) {
      this.circuit = circuit;
      this.number = number;
    }

    String traceId(int ofPart) {
      return SyntheticSpans.traceId("journey trace", circuit, "" + number, "" + ofPart);
    }

    String rootId(int ofPart) {
      return SyntheticSpans.spanId("journey root", circuit, "" + number, "" + ofPart);
    }

    void remember(String traceId, String step) {
      stepOfTrace.remove(traceId);
      stepOfTrace.put(traceId, step);
      if (stepOfTrace.size() > MAX_TRACES) {
        stepOfTrace.remove(stepOfTrace.keySet().iterator().next());
      }
    }
  }

  private final Map<String, Day> days = new LinkedHashMap<>();

  /**
   * What the decisions, in the order in which they were told, add to journey traces.
   *
   * @param takenBack how often each one's link was taken back before
   */
  List<Span> of(List<Handoff> decisions, int[] takenBack, SyntheticSpans synthetic) {
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < takenBack.length; i++) {
      Handoff handoff = decisions.get(i);
      String circuit = handoff.keys().get(CIRCUIT);
      if (circuit != null && (handoff.makesLink() || handoff.takesLinkBack())) {
        new Telling(day(circuit, handoff), handoff, takenBack[i], synthetic, spans).tell();
      }
    }
    return spans;
  }

  private Day day(String circuit, Handoff handoff) {
    long number = TimeUnit.NANOSECONDS.toDays(handoff.parent().startNanos());
    String key = number + " " + circuit;
    Day day = days.remove(key);
    if (day == null) {
      day = new Day(circuit, number);
    }
    days.put(key, day);
    if (days.size() > MAX_CIRCUIT_DAYS) {
      days.remove(days.keySet().iterator().next());
    }
    return day;
  }

  /** One decision put into its trace. */
  private record Telling(
      Day day, Handoff handoff, int takenBack, SyntheticSpans synthetic, List<Span> spans) {

    void tell() {
      if (day.bytes >= MAX_PART_BYTES) {
        day.part++;
        day.bytes = 0;
        day.stepOfTrace.clear();
      }
      if (day.bytes == 0) {
        add(root());
      }
      String what = takenBack == 0 ? "journey step" : "journey step again " + takenBack;
      String step = SyntheticSpans.spanId(what, day.traceId(day.part), handoff.id());
      if (handoff.makesLink()) {
        step(step);
      } else {
        retract(step);
      }
    }

    private void step(String step) {
      SpanRef parent = handoff.parent();
      SpanRef child = handoff.child();
      String above = day.stepOfTrace.get(parent.traceId());
      if (above == null) {
        above = SyntheticSpans.spanId("journey start", day.traceId(day.part), parent.traceId());
        add(span(above, null, name(parent), parent).build());
        day.remember(parent.traceId(), above);
      }
      add(span(step, above, name(child), child).build());
      day.remember(child.traceId(), step);
    }

    private void retract(String step) {
      SpanRef child = handoff.child();
      boolean here = step.equals(day.stepOfTrace.get(child.traceId()));
      if (here) {
        day.stepOfTrace.remove(child.traceId());
      }
      add(
          span(
                  SyntheticSpans.spanId("journey retraction", step),
                  here ? step : null,
                  name(child) + " retraction",
                  child)
              .setEndTimeUnixNano(child.startNanos())
              .build());
    }

    private String name(SpanRef end) {
      return synthetic.system(end) + " " + end.name();
    }

    /**
     * @param above the step it stands under; null for the root
     */
    private Span.Builder span(String id, @Nullable String above, String name, SpanRef shown) {
      return Span.newBuilder()
          .setTraceId(SyntheticSpans.bytes(day.traceId(day.part)))
          .setSpanId(SyntheticSpans.bytes(id))
          .setParentSpanId(SyntheticSpans.bytes(above == null ? day.rootId(day.part) : above))
          .setName(name)
          .setKind(Span.SpanKind.SPAN_KIND_INTERNAL)
          .setStartTimeUnixNano(shown.startNanos())
          .setEndTimeUnixNano(Math.max(shown.startNanos(), shown.endNanos()))
          .addAllAttributes(SyntheticSpans.attributes(handoff, "journey"))
          .addLinks(SyntheticSpans.link(shown));
    }

    private Span root() {
      long start = handoff.parent().startNanos();
      Span.Builder root =
          Span.newBuilder()
              .setTraceId(SyntheticSpans.bytes(day.traceId(day.part)))
              .setSpanId(SyntheticSpans.bytes(day.rootId(day.part)))
              .setName("journey " + day.circuit)
              .setKind(Span.SpanKind.SPAN_KIND_INTERNAL)
              .setStartTimeUnixNano(start)
              .setEndTimeUnixNano(start)
              .addAttributes(SyntheticSpans.text("bridge.type", "journey"))
              .addAttributes(SyntheticSpans.text(CIRCUIT, day.circuit))
              .addAttributes(SyntheticSpans.flag("correlation.synthetic"));
      if (day.part > 0) {
        root.addLinks(
            Span.Link.newBuilder()
                .setTraceId(SyntheticSpans.bytes(day.traceId(day.part - 1)))
                .setSpanId(SyntheticSpans.bytes(day.rootId(day.part - 1)))
                .addAttributes(SyntheticSpans.text("correlation.link", "continues")));
      }
      return root.build();
    }

    private void add(Span span) {
      day.bytes += span.getSerializedSize() + FRAMING_BYTES;
      spans.add(span);
    }
  }
}
