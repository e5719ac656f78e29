// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.correlationstation.server.journey.Link;
import io.correlationstation.server.journey.VerdictEntry;
import io.correlationstation.server.stitch.Evidence;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.SpanRef;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Handoffs as the API shows them, and what explains them. */
final class HandoffDocuments {

  private HandoffDocuments() {}

  @JsonNaming(SnakeCaseStrategy.class)
  record HandoffDocument(
      String id,
      String childTraceId,
      String childSpanId,
      String parentTraceId,
      String parentSpanId,
      String childService,
      String parentService,
      double confidence,
      String state,
      List<Evidence> evidence,
      double delayMs,
      String method,
      String modelVersion,
      @Nullable String supersedes) {

    static HandoffDocument of(Link link) {
      Handoff handoff = link.handoff();
      return new HandoffDocument(
          handoff.id(),
          handoff.child().traceId(),
          handoff.child().spanId(),
          handoff.parent().traceId(),
          handoff.parent().spanId(),
          handoff.child().service(),
          handoff.parent().service(),
          handoff.confidence(),
          Documents.lowerCase(link.state()),
          handoff.evidence(),
          Times.millis(handoff.delayNanos()),
          handoff.method(),
          handoff.modelVersion(),
          handoff.id().equals(handoff.supersedes()) ? null : handoff.supersedes());
    }
  }

  /** A handoff with all that explains it. */
  @JsonNaming(SnakeCaseStrategy.class)
  record ExplanationDocument(
      @JsonUnwrapped HandoffDocument handoff,
      @Nullable String supersededBy,
      Map<String, String> keys,
      SpanRefDocument parent,
      SpanRefDocument child,
      List<RivalDocument> rivals,
      List<VerdictDocument> verdicts) {

    static ExplanationDocument of(Link link, List<VerdictEntry> verdicts) {
      Handoff handoff = link.handoff();
      return new ExplanationDocument(
          HandoffDocument.of(link),
          link.supersededBy(),
          handoff.keys(),
          SpanRefDocument.of(handoff.parent()),
          SpanRefDocument.of(handoff.child()),
          Documents.list(
              handoff.rivals(),
              rival -> new RivalDocument(SpanRefDocument.of(rival.parent()), rival.confidence())),
          Documents.list(verdicts, VerdictDocument::of));
    }
  }

  /** What a person said of a handoff. */
  record VerdictDocument(String verdict, String reason, String author, String time) {

    static VerdictDocument of(VerdictEntry entry) {
      return new VerdictDocument(
          entry.confirmed() ? "confirm" : "reject",
          entry.reason(),
          entry.author(),
          Times.format(entry.timeNanos()));
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record SpanRefDocument(
      String traceId, String spanId, String service, String name, String start, String end) {

    static SpanRefDocument of(SpanRef span) {
      return new SpanRefDocument(
          span.traceId(),
          span.spanId(),
          span.service(),
          span.name(),
          Times.format(span.startNanos()),
          Times.format(span.endNanos()));
    }
  }

  record RivalDocument(SpanRefDocument parent, double confidence) {}
}
