// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.correlationstation.server.journey.Fragment;
import io.correlationstation.server.journey.Journey;
import io.correlationstation.server.journey.JourneySummary;
import io.correlationstation.server.journey.WorkflowStep;
import io.correlationstation.server.query.HandoffDocuments.ExplanationDocument;
import io.correlationstation.server.query.HandoffDocuments.HandoffDocument;
import io.correlationstation.server.query.TraceDocuments.SpanDocument;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Journeys as the API shows them: in full, in one line each, and as evidence. */
final class JourneyDocuments {

  private JourneyDocuments() {}

  @JsonNaming(SnakeCaseStrategy.class)
  record JourneyDocument(
      String id,
      List<String> circuitIds,
      String start,
      String end,
      String state,
      @Nullable String defectCode,
      List<FragmentDocument> fragments,
      List<HandoffDocument> handoffs,
      List<LogDocument> logs,
      List<LogDocument> events,
      boolean logsTruncated) {

    static JourneyDocument of(Journey journey) {
      return new JourneyDocument(
          journey.id(),
          journey.circuitIds(),
          Times.format(journey.startNanos()),
          Times.format(journey.endNanos()),
          Documents.lowerCase(journey.state()),
          journey.defectCode(),
          Documents.list(journey.fragments(), FragmentDocument::of),
          Documents.list(journey.links(), HandoffDocument::of),
          Documents.list(journey.logs(), LogDocument::of),
          Documents.list(journey.events(), LogDocument::of),
          journey.logsTruncated());
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record SummaryDocument(
      String id,
      List<String> circuitIds,
      String start,
      String end,
      String state,
      @Nullable String defectCode,
      @Nullable String rootName,
      List<String> services,
      int fragmentCount,
      int spanCount,
      int errorCount) {

    static SummaryDocument of(JourneySummary journey) {
      return new SummaryDocument(
          journey.id(),
          journey.circuitIds(),
          Times.format(journey.startNanos()),
          Times.format(journey.endNanos()),
          Documents.lowerCase(journey.state()),
          journey.defectCode(),
          journey.rootName(),
          journey.services(),
          journey.fragmentCount(),
          journey.spanCount(),
          journey.errorCount());
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record FragmentDocument(
      String traceId,
      List<String> services,
      @Nullable RootDocument root,
      String start,
      String end,
      int spanCount,
      int errorCount,
      int logCount,
      @Nullable String defectCode,
      Map<String, List<String>> keys) {

    static FragmentDocument of(Fragment fragment) {
      return new FragmentDocument(
          fragment.traceId(),
          fragment.services(),
          RootDocument.of(fragment.root()),
          Times.format(fragment.startNanos()),
          Times.format(fragment.endNanos()),
          fragment.spanCount(),
          fragment.errorCount(),
          fragment.logCount(),
          fragment.defectCode(),
          fragment.keys());
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record RootDocument(
      String spanId,
      @Nullable String parentSpanId,
      String name,
      String service,
      String kind,
      boolean failed) {

    static @Nullable RootDocument of(Fragment.@Nullable RootSpan root) {
      return root == null
          ? null
          : new RootDocument(
              root.spanId(),
              root.parentSpanId(),
              root.name(),
              root.service(),
              TraceDocuments.kindName(root.kind()),
              root.failed());
    }
  }

  /** A journey with the spans of all its fragments. */
  record JourneyWithSpansDocument(
      @JsonUnwrapped JourneyDocument journey,
      List<SpanDocument> spans,
      List<StepDocument> steps,
      boolean complete) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record StepDocument(
      String workflow,
      @Nullable String step,
      String service,
      String traceId,
      String spanId,
      String state,
      String start,
      @Nullable String end,
      String lastSeen) {

    static StepDocument of(WorkflowStep step) {
      return new StepDocument(
          step.workflow(),
          step.step(),
          step.service(),
          step.traceId(),
          step.spanId(),
          Documents.lowerCase(step.state()),
          Times.format(step.startNanos()),
          step.endNanos() == null ? null : Times.format(step.endNanos()),
          Times.format(step.lastSeenNanos()));
    }
  }

  /** A journey, why its handoffs are believed, and how it differs from good ones. */
  record EvidenceDocument(
      String format,
      JourneyWithSpansDocument journey,
      List<ExplanationDocument> handoffs,
      DiffDocument diff) {}
}
