// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.correlationstation.server.forward.OtlpBatch.Part;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class OtlpSplitterTest {

  private static final UnknownFieldSet LATER_VERSION =
      UnknownFieldSet.newBuilder()
          .addField(
              4711,
              UnknownFieldSet.Field.newBuilder()
                  .addLengthDelimited(ByteString.copyFromUtf8("kept"))
                  .build())
          .build();

  @Test
  void halves_requestOfSeveralGroups_keepEveryItemOnceInOrder() throws Exception {
    byte[] whole = request(new SplittableRandom(3), 7).toByteArray();

    List<Part> halves = OtlpSplitter.halves(Signal.TRACES, new Part(whole, names(whole).size()));

    List<String> together = new ArrayList<>(names(halves.get(0).payload()));
    together.addAll(names(halves.get(1).payload()));
    assertThat(together).isEqualTo(names(whole));
    assertThat(halves.get(0).items()).isEqualTo(names(halves.get(0).payload()).size());
    assertThat(Math.abs(halves.get(0).items() - halves.get(1).items())).isLessThanOrEqualTo(1);
  }

  /** Whatever the shape, cutting down to single items loses, doubles and moves nothing. */
  @Test
  void t11_anyShapeCutToSingleItems_keepsTheWholeStoryAndSchemaUrls() throws Exception {
    for (int seed = 0; seed < 50; seed++) {
      byte[] whole = request(new SplittableRandom(seed), 1 + seed % 9).toByteArray();
      List<byte[]> pieces = new ArrayList<>();
      cut(new Part(whole, names(whole).size()), pieces);

      List<String> stories = new ArrayList<>();
      for (byte[] piece : pieces) {
        assertThat(names(piece)).hasSizeLessThanOrEqualTo(1);
        stories.addAll(stories(piece));
      }
      assertThat(stories).isEqualTo(stories(whole));
    }
  }

  private static void cut(Part part, List<byte[]> pieces) {
    List<Part> halves = OtlpSplitter.halves(Signal.TRACES, part);
    if (halves.isEmpty()) {
      pieces.add(part.payload());
    }
    halves.forEach(half -> cut(half, pieces));
  }

  @Test
  void halves_singleItem_cannotBeCut() {
    Frame frame = Frames.traces("only");

    assertThat(OtlpSplitter.halves(Signal.TRACES, new Part(frame.payload(), 1))).isEmpty();
  }

  @Test
  void halves_bytesThatAreNoMessage_cannotBeCut() {
    byte[] broken = {10, 127, 1, 2, 3};

    assertThat(OtlpSplitter.halves(Signal.TRACES, new Part(broken, 2))).isEmpty();
  }

  /** A span whose name is not UTF-8 cannot be parsed by most libraries, but it can be cut out. */
  @Test
  void r58_badUtf8_survives() throws IOException {
    byte[] bad = badUtf8Span();
    ByteArrayOutputStream scope = new ByteArrayOutputStream();
    writeMessage(scope, 2, Frames.span("good").toByteArray());
    writeMessage(scope, 2, bad);
    ByteArrayOutputStream resource = new ByteArrayOutputStream();
    writeMessage(resource, 2, scope.toByteArray());
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    writeMessage(request, 1, resource.toByteArray());

    List<Part> halves = OtlpSplitter.halves(Signal.TRACES, new Part(request.toByteArray(), 2));

    assertThat(names(halves.get(0).payload())).containsExactly("good");
    assertThat(ByteString.copyFrom(halves.get(1).payload()).toByteArray()).containsSequence(bad);
  }

  @Test
  void halves_metrics_countDataPointsAndKeepAMetricWhole() throws Exception {
    ExportMetricsServiceRequest.Builder both =
        ExportMetricsServiceRequest.newBuilder()
            .mergeFrom(Frames.metrics(3).payload())
            .mergeFrom(Frames.metrics(5).payload());

    List<Part> halves =
        OtlpSplitter.halves(Signal.METRICS, new Part(both.build().toByteArray(), 8));

    assertThat(halves).extracting(Part::items).containsExactly(3, 5);
    assertThat(OtlpSplitter.halves(Signal.METRICS, halves.get(1))).isEmpty();
  }

  /** The books balance even when a receiver counted otherwise than the splitter does. */
  @Test
  void halves_itemsCountedOtherwise_addUpToTheWhole() {
    byte[] payload = Frames.traces("a", "b", "c", "d").payload();

    for (int items : new int[] {0, 1, 3, 9}) {
      List<Part> halves = OtlpSplitter.halves(Signal.TRACES, new Part(payload, items));
      assertThat(halves.get(0).items() + halves.get(1).items()).isEqualTo(items);
      assertThat(halves).allMatch(half -> half.items() >= 0);
    }
  }

  private static ExportTraceServiceRequest request(RandomGenerator random, int groups) {
    ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
    int number = 0;
    for (int r = 0; r < groups; r++) {
      ResourceSpans.Builder resource =
          ResourceSpans.newBuilder()
              .setResource(Frames.resource("service-" + r))
              .setSchemaUrl("https://example.com/resource/" + r)
              .setUnknownFields(LATER_VERSION);
      for (int s = random.nextInt(3); s >= 0; s--) {
        ScopeSpans.Builder scope =
            ScopeSpans.newBuilder()
                .setScope(InstrumentationScope.newBuilder().setName("scope-" + s))
                .setSchemaUrl("https://example.com/scope/" + s);
        for (int i = random.nextInt(4); i >= 0; i--) {
          scope.addSpans(
              Frames.span("span-" + number++).toBuilder().setUnknownFields(LATER_VERSION));
        }
        resource.addScopeSpans(scope);
      }
      request.addResourceSpans(resource);
    }
    return request.build();
  }

  private static List<String> names(byte[] payload) throws InvalidProtocolBufferException {
    List<String> names = new ArrayList<>();
    for (ResourceSpans resource :
        ExportTraceServiceRequest.parseFrom(payload).getResourceSpansList()) {
      for (ScopeSpans scope : resource.getScopeSpansList()) {
        scope.getSpansList().stream().map(Span::getName).forEach(names::add);
      }
    }
    return names;
  }

  /** Each span with everything around it. */
  private static List<String> stories(byte[] payload) throws InvalidProtocolBufferException {
    List<String> stories = new ArrayList<>();
    for (ResourceSpans resource :
        ExportTraceServiceRequest.parseFrom(payload).getResourceSpansList()) {
      for (ScopeSpans scope : resource.getScopeSpansList()) {
        for (Span span : scope.getSpansList()) {
          ResourceSpans envelope = resource.toBuilder().clearScopeSpans().build();
          stories.add(envelope + "|" + scope.toBuilder().clearSpans() + "|" + span);
        }
      }
    }
    return stories;
  }

  private static byte[] badUtf8Span() throws IOException {
    ByteArrayOutputStream span = new ByteArrayOutputStream();
    writeMessage(span, 5, new byte[] {'o', (byte) 0xff, 'k'});
    return span.toByteArray();
  }

  private static void writeMessage(ByteArrayOutputStream to, int field, byte[] bytes)
      throws IOException {
    CodedOutputStream out = CodedOutputStream.newInstance(to);
    out.writeByteArray(field, bytes);
    out.flush();
  }
}
