// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.KeySpec;
import io.correlationstation.server.stitch.SpanRef;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SyntheticSpansTest {

  private static final String PARENT_TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CHILD_TRACE = "aaaaaaaabbbb4ccc8dddeeeeeeeeeeee";
  private static final String PARENT_SPAN = "00f067aa0ba902b7";
  private static final String CHILD_SPAN = "b7ad6b7169203331";

  private final TakenBack takenBack = new TakenBack();
  private final SyntheticSpans synthetic = new SyntheticSpans(Map.of("mdso-scriptplan", "mdso"));

  @Test
  void bridgeSpanId_vectorOfTheCompatibilityRule() {
    assertThat(SyntheticSpans.bridgeSpanId(PARENT_SPAN, CHILD_SPAN))
        .asHexString()
        .isEqualToIgnoringCase("9504cf8756972034");
  }

  @Test
  void encode_C01C10_handoff_givesABridgeInTheParentsTrace() throws Exception {
    Span bridge = spans(handoff(1_000, 5_000)).get(0);

    assertThat(bridge.getName()).isEqualTo("beorn_to_mdso_bridge");
    assertThat(hex(bridge.getTraceId())).isEqualTo(PARENT_TRACE);
    assertThat(hex(bridge.getParentSpanId())).isEqualTo(PARENT_SPAN);
    assertThat(hex(bridge.getSpanId())).isEqualTo("9504cf8756972034");
    assertThat(bridge.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_INTERNAL);
    assertThat(bridge.getStatus()).isEqualTo(Status.getDefaultInstance());
    assertThat(bridge.getStartTimeUnixNano()).isEqualTo(1_000);
    assertThat(bridge.getEndTimeUnixNano()).isEqualTo(5_000);
    assertThat(bridge.getLinksList()).hasSize(1);
    assertThat(hex(bridge.getLinks(0).getTraceId())).isEqualTo(CHILD_TRACE);
    assertThat(hex(bridge.getLinks(0).getSpanId())).isEqualTo(CHILD_SPAN);
    assertThat(bridge.getAttributesList())
        .extracting(a -> a.getKey())
        .contains(
            "bridge.type",
            "bridge.parent_service",
            "bridge.child_service",
            "circuit_id",
            "correlation.confidence",
            "correlation.method",
            "correlation.synthetic",
            "correlation.version");
  }

  /** A span once sent can't be deleted, so what is not sure enough is not sent. */
  @Test
  void of_C20_candidate_isNothing() {
    Handoff sure = handoff(1_000, 5_000);
    Handoff unsure = decision(sure, sure.parent(), Handoff.State.CANDIDATE, null);

    assertThat(told(unsure)).isEmpty();
  }

  /** Tempo cuts a value at 2048 bytes without a word: what one searches by must not reach that. */
  @Test
  void of_T05_longestKeys_areFarBelowWhatTempoCuts() {
    Handoff handoff = handoff(1_000, 5_000);
    Map<String, String> keys = new TreeMap<>();
    for (KeySpec key : KeySpec.defaults()) {
      keys.put(key.name(), "ä".repeat(256));
    }
    Handoff longest =
        new Handoff(
            handoff.id(),
            handoff.parent(),
            handoff.child(),
            keys,
            handoff.confidence(),
            handoff.state(),
            handoff.evidence(),
            handoff.rivals(),
            handoff.delayNanos(),
            handoff.method(),
            handoff.modelVersion(),
            handoff.supersedes());

    assertThat(told(longest))
        .hasSize(2)
        .flatExtracting(Span::getAttributesList)
        .extracting(attribute -> attribute.getValue().getStringValueBytes().size())
        .contains(512)
        .allMatch(bytes -> bytes < 2048);
  }

  @Test
  void encode_C01C10_handoff_givesAMarkerWithTheReverseLinkInTheChildsTrace() throws Exception {
    Span marker = spans(handoff(1_000, 5_000)).get(1);

    assertThat(hex(marker.getTraceId())).isEqualTo(CHILD_TRACE);
    assertThat(hex(marker.getParentSpanId())).isEqualTo(CHILD_SPAN);
    assertThat(marker.getStartTimeUnixNano()).isEqualTo(marker.getEndTimeUnixNano());
    assertThat(hex(marker.getLinks(0).getTraceId())).isEqualTo(PARENT_TRACE);
    assertThat(hex(marker.getLinks(0).getSpanId())).isEqualTo(PARENT_SPAN);
  }

  @Test
  void encode_childBeforeParentByItsClock_endsNotBeforeItStarts() throws Exception {
    Span bridge = spans(handoff(5_000, 1_000)).get(0);

    assertThat(bridge.getEndTimeUnixNano()).isEqualTo(5_000);
  }

  @Test
  void of_T07_revisedLink_hasANewIdAndLinksToTheBridgeItReplaces() {
    Handoff before = handoff(1_000, 5_000);
    SpanRef better = new SpanRef(PARENT_TRACE, "10f067aa0ba902b7", "beorn", "POST", 2_000, 2_100);

    List<Span> spans =
        told(
            decision(before, before.parent(), Handoff.State.REJECTED, before.id()),
            decision(before, better, Handoff.State.LINKED, before.id()));

    Span bridge = spans.get(2);
    assertThat(bridge.getName()).isEqualTo("beorn_to_mdso_bridge");
    assertThat(hex(bridge.getSpanId())).isNotEqualTo("9504cf8756972034");
    assertThat(bridge.getLinksList()).hasSize(2);
    assertThat(hex(bridge.getLinks(0).getSpanId())).isEqualTo(CHILD_SPAN);
    Span.Link link = bridge.getLinks(1);
    assertThat(hex(link.getTraceId())).isEqualTo(PARENT_TRACE);
    assertThat(hex(link.getSpanId())).isEqualTo("9504cf8756972034");
    assertThat(link.getAttributes(0).getKey()).isEqualTo("correlation.link");
    assertThat(link.getAttributes(0).getValue().getStringValue()).isEqualTo("supersedes");
    assertThat(bridge.getAttributesList())
        .anyMatch(
            attribute ->
                attribute.getKey().equals("correlation.supersedes")
                    && attribute.getValue().getStringValue().equals(before.id()));
  }

  @Test
  void of_linkThatHoldsAgain_hasNewIds_andEachRetractionStandsUnderItsOwn() {
    Handoff linked = handoff(1_000, 5_000);
    Handoff rejected = decision(linked, linked.parent(), Handoff.State.REJECTED, linked.id());

    List<Span> first = told(linked);
    List<Span> void1 = told(rejected);
    List<Span> again = told(linked);
    List<Span> void2 = told(rejected);
    List<Span> third = told(linked);

    assertThat(Stream.of(first, void1, again, void2, third).flatMap(List::stream))
        .extracting(Span::getSpanId)
        .doesNotHaveDuplicates();
    assertThat(void1)
        .extracting(Span::getParentSpanId)
        .containsExactly(first.get(0).getSpanId(), first.get(1).getSpanId());
    assertThat(void2)
        .extracting(Span::getParentSpanId)
        .containsExactly(again.get(0).getSpanId(), again.get(1).getSpanId());
    assertThat(again.get(0).getLinks(1).getSpanId()).isEqualTo(first.get(0).getSpanId());
    assertThat(third.get(0).getLinks(1).getSpanId()).isEqualTo(again.get(0).getSpanId());
    assertThat(third.get(0).getName()).isEqualTo(first.get(0).getName());
  }

  @Test
  void encode_C03_twice_givesTheSameBytes() {
    assertThat(encode(handoff(1_000, 5_000))).isEqualTo(encode(handoff(1_000, 5_000)));
  }

  private List<Span> told(Handoff... decisions) {
    List<Handoff> told = List.of(decisions);
    return synthetic.of(told, takenBack.timesBefore(told));
  }

  private byte[] encode(Handoff... handoffs) {
    return SyntheticSpans.encode(told(handoffs));
  }

  private List<Span> spans(Handoff handoff) throws Exception {
    ExportTraceServiceRequest request = ExportTraceServiceRequest.parseFrom(encode(handoff));
    assertThat(
            request.getResourceSpans(0).getResource().getAttributes(0).getValue().getStringValue())
        .isEqualTo("correlation-server");
    return request.getResourceSpans(0).getScopeSpans(0).getSpansList();
  }

  private static Handoff handoff(long parentStart, long childStart) {
    return new Handoff(
        "00000000000000000000000000000001",
        new SpanRef(PARENT_TRACE, PARENT_SPAN, "beorn", "POST", parentStart, parentStart + 100),
        new SpanRef(
            CHILD_TRACE,
            CHILD_SPAN,
            "mdso-scriptplan",
            "mdso.workflow.NetworkService",
            childStart,
            childStart + 100),
        Map.of("circuit_id", "80.L1XX.000001..TEST"),
        0.97,
        Handoff.State.LINKED,
        List.of(),
        List.of(),
        childStart - parentStart,
        "circuit_id_match",
        "1",
        null);
  }

  /** Another decision on the same child. */
  private static Handoff decision(
      Handoff handoff, SpanRef parent, Handoff.State state, @Nullable String supersedes) {
    return new Handoff(
        parent.equals(handoff.parent()) ? handoff.id() : "00000000000000000000000000000002",
        parent,
        handoff.child(),
        handoff.keys(),
        state == Handoff.State.LINKED ? 0.97 : 0,
        state,
        List.of(),
        List.of(),
        0,
        handoff.method(),
        handoff.modelVersion(),
        supersedes);
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
