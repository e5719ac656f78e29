// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.correlationstation.server.journey.Circuit;
import io.correlationstation.server.journey.Correlation;
import io.correlationstation.server.journey.Fragment;
import io.correlationstation.server.journey.Journey;
import io.correlationstation.server.journey.JourneyDiff;
import io.correlationstation.server.journey.JourneySummary;
import io.correlationstation.server.journey.Link;
import io.correlationstation.server.journey.LogJoin;
import io.correlationstation.server.journey.LogLine;
import io.correlationstation.server.journey.TraceDetail;
import io.correlationstation.server.journey.VerdictEntry;
import io.correlationstation.server.journey.WorkflowStep;
import io.correlationstation.server.stitch.Evidence;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.SpanRef;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The JSON documents of the API, one record each; the names of the members are their contract. */
final class Documents {

  private static final double NANOS_PER_MILLI = 1_000_000;
  private static final List<String> KINDS =
      List.of("UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER");
  private static final List<String> STATUSES = List.of("UNSET", "OK", "ERROR");
  private static final List<String> SEVERITIES =
      List.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");
  private static final int SEVERITIES_PER_NAME = 4;

  private Documents() {}

  @JsonNaming(SnakeCaseStrategy.class)
  record ListDocument<T>(List<T> items, @Nullable String nextCursor) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record CorrelationDocument(
      String id,
      String traceId,
      String journeyId,
      @Nullable String circuitId,
      @Nullable String productId,
      @Nullable String resourceId,
      @Nullable String resourceTypeId,
      @Nullable String requestId,
      List<String> services,
      String start,
      String end,
      int spanCount,
      int logCount,
      List<HandoffDocument> handoffs) {

    static CorrelationDocument of(Correlation correlation) {
      Fragment fragment = correlation.fragment();
      return new CorrelationDocument(
          fragment.correlationId(),
          fragment.traceId(),
          fragment.journeyId(),
          fragment.key("circuit_id"),
          fragment.key("product_id"),
          fragment.key("resource_id"),
          fragment.key("resource_type_id"),
          fragment.key("request_id"),
          fragment.services(),
          Times.format(fragment.startNanos()),
          Times.format(fragment.endNanos()),
          fragment.spanCount(),
          fragment.logCount(),
          list(correlation.links(), HandoffDocument::of));
    }
  }

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
          lowerCase(link.state()),
          handoff.evidence(),
          handoff.delayNanos() / NANOS_PER_MILLI,
          handoff.method(),
          handoff.modelVersion(),
          handoff.id().equals(handoff.supersedes()) ? null : handoff.supersedes());
    }
  }

  /** A handoff with all that explains it. */
  @JsonNaming(SnakeCaseStrategy.class)
  record ExplanationDocument(
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
      @Nullable String supersedes,
      @Nullable String supersededBy,
      Map<String, String> keys,
      SpanRefDocument parent,
      SpanRefDocument child,
      List<RivalDocument> rivals,
      List<VerdictDocument> verdicts) {

    static ExplanationDocument of(Link link, List<VerdictEntry> verdicts) {
      Handoff handoff = link.handoff();
      HandoffDocument summary = HandoffDocument.of(link);
      return new ExplanationDocument(
          summary.id(),
          summary.childTraceId(),
          summary.childSpanId(),
          summary.parentTraceId(),
          summary.parentSpanId(),
          summary.childService(),
          summary.parentService(),
          summary.confidence(),
          summary.state(),
          summary.evidence(),
          summary.delayMs(),
          summary.method(),
          summary.modelVersion(),
          summary.supersedes(),
          link.supersededBy(),
          handoff.keys(),
          SpanRefDocument.of(handoff.parent()),
          SpanRefDocument.of(handoff.child()),
          list(
              handoff.rivals(),
              rival -> new RivalDocument(SpanRefDocument.of(rival.parent()), rival.confidence())),
          list(verdicts, VerdictDocument::of));
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

  @JsonNaming(SnakeCaseStrategy.class)
  record TraceDocument(
      String traceId,
      @Nullable String journeyId,
      List<String> services,
      boolean complete,
      List<SpanDocument> spans,
      List<HandoffDocument> handoffs,
      List<LogDocument> logs) {

    static TraceDocument of(TraceDetail trace) {
      Fragment fragment = trace.fragment();
      TreeSet<String> services = new TreeSet<>();
      if (fragment != null) {
        services.addAll(fragment.services());
      }
      trace.spans().stream()
          .filter(span -> !span.synthetic())
          .forEach(span -> services.add(span.service()));
      return new TraceDocument(
          trace.traceId(),
          fragment == null ? null : fragment.journeyId(),
          List.copyOf(services),
          trace.complete(),
          list(trace.spans(), SpanDocument::of),
          list(trace.links(), HandoffDocument::of),
          list(trace.logs(), LogDocument::of));
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record SpanDocument(
      String traceId,
      String spanId,
      @Nullable String parentSpanId,
      String name,
      String kind,
      String service,
      String start,
      String end,
      String status,
      String statusMessage,
      Map<String, @Nullable Object> attributes,
      List<SpanEventDocument> events,
      List<SpanLinkDocument> links,
      boolean synthetic) {

    static SpanDocument of(TraceDetail.Span span) {
      return new SpanDocument(
          span.traceId(),
          span.spanId(),
          span.parentSpanId(),
          span.name(),
          named(KINDS, span.kind()),
          span.service(),
          Times.format(span.startNanos()),
          Times.format(span.endNanos()),
          named(STATUSES, span.status()),
          span.statusMessage(),
          span.attributes(),
          list(
              span.events(),
              event ->
                  new SpanEventDocument(
                      Times.format(event.timeNanos()), event.name(), event.attributes())),
          list(
              span.links(),
              link -> new SpanLinkDocument(link.traceId(), link.spanId(), link.attributes())),
          span.synthetic());
    }
  }

  record SpanEventDocument(String time, String name, Map<String, @Nullable Object> attributes) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record SpanLinkDocument(
      String traceId, String spanId, Map<String, @Nullable Object> attributes) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record LogDocument(
      String id,
      String timestamp,
      String severity,
      int severityNumber,
      String service,
      String message,
      @Nullable String eventName,
      @Nullable String traceId,
      @Nullable String spanId,
      Map<String, String> attributes,
      @Nullable String joinedBy,
      @Nullable Double joinConfidence) {

    static LogDocument of(LogLine log) {
      LogJoin join = log.join();
      return new LogDocument(
          log.id(),
          Times.format(log.timeNanos()),
          severity(log),
          log.severityNumber(),
          log.service(),
          log.body(),
          log.eventName().isEmpty() ? null : log.eventName(),
          log.traceId(),
          log.spanId(),
          log.attributes(),
          join == null ? null : join.by(),
          join == null ? null : join.confidence());
    }

    private static String severity(LogLine log) {
      if (!log.severityText().isEmpty() || log.severityNumber() < 1) {
        return log.severityText();
      }
      int index = (log.severityNumber() - 1) / SEVERITIES_PER_NAME;
      return SEVERITIES.get(Math.min(index, SEVERITIES.size() - 1));
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record CircuitDocument(
      String circuitId,
      List<AliasDocument> aliases,
      List<String> otherCircuits,
      boolean olderJourneys,
      List<JourneyDocument> journeys) {

    static CircuitDocument of(Circuit circuit) {
      return new CircuitDocument(
          circuit.circuitId(),
          list(circuit.aliases(), AliasDocument::of),
          circuit.otherCircuits(),
          circuit.olderJourneys(),
          list(circuit.journeys(), JourneyDocument::of));
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record AliasDocument(String key, String value, String firstSeen, String lastSeen, String source) {
    static AliasDocument of(Circuit.Alias alias) {
      return new AliasDocument(
          alias.key(),
          alias.value(),
          Times.format(alias.firstSeenNanos()),
          Times.format(alias.lastSeenNanos()),
          alias.source());
    }
  }

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
          lowerCase(journey.state()),
          journey.defectCode(),
          list(journey.fragments(), FragmentDocument::of),
          list(journey.links(), HandoffDocument::of),
          list(journey.logs(), LogDocument::of),
          list(journey.events(), LogDocument::of),
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
          lowerCase(journey.state()),
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
              named(KINDS, root.kind()),
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
          lowerCase(step.state()),
          Times.format(step.startNanos()),
          step.endNanos() == null ? null : Times.format(step.endNanos()),
          Times.format(step.lastSeenNanos()));
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record DiffDocument(
      String journeyId, List<String> baseline, List<DifferenceDocument> differences) {

    static DiffDocument of(JourneyDiff diff) {
      return new DiffDocument(
          diff.journeyId(), diff.baseline(), list(diff.differences(), DifferenceDocument::of));
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record DifferenceDocument(
      String kind,
      String service,
      String name,
      double offsetMs,
      @Nullable Double durationMs,
      @Nullable Double expectedMs,
      @Nullable String traceId,
      @Nullable String spanId,
      @Nullable String defectCode) {

    static DifferenceDocument of(JourneyDiff.Difference difference) {
      return new DifferenceDocument(
          lowerCase(difference.kind()),
          difference.service(),
          difference.name(),
          difference.offsetNanos() / NANOS_PER_MILLI,
          millis(difference.durationNanos()),
          millis(difference.expectedNanos()),
          difference.traceId(),
          difference.spanId(),
          difference.defectCode());
    }

    private static @Nullable Double millis(@Nullable Long nanos) {
      return nanos == null ? null : Double.valueOf(nanos / NANOS_PER_MILLI);
    }
  }

  /** A journey, why its handoffs are believed, and how it differs from good ones. */
  record EvidenceDocument(
      String format,
      JourneyWithSpansDocument journey,
      List<ExplanationDocument> handoffs,
      DiffDocument diff) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record LookupDocument(
      List<String> circuitIds,
      List<String> journeyIds,
      @Nullable String traceId,
      @Nullable String handoffId) {}

  record ProblemDocument(String type, String title, int status, String detail) {}

  static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static List<String> lowerCase(Enum<?>[] constants) {
    return Arrays.stream(constants).map(Documents::lowerCase).toList();
  }

  static <S, T> List<T> list(List<S> source, Function<S, T> mapping) {
    return source.stream().map(mapping).toList();
  }

  /** Unknown numbers are shown as they are. */
  private static String named(List<String> names, int number) {
    return number >= 0 && number < names.size() ? names.get(number) : Integer.toString(number);
  }
}
