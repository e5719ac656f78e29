// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import io.correlationstation.server.journey.Circuit;
import io.correlationstation.server.journey.Correlation;
import io.correlationstation.server.journey.CorrelationFilter;
import io.correlationstation.server.journey.Journey;
import io.correlationstation.server.journey.JourneyDiff;
import io.correlationstation.server.journey.JourneyFilter;
import io.correlationstation.server.journey.JourneySummary;
import io.correlationstation.server.journey.Journeys;
import io.correlationstation.server.journey.Link;
import io.correlationstation.server.journey.LinkFilter;
import io.correlationstation.server.journey.Lookup;
import io.correlationstation.server.journey.Page;
import io.correlationstation.server.journey.TraceDetail;
import io.correlationstation.server.journey.TraceReader;
import io.correlationstation.server.query.Documents.ListDocument;
import io.correlationstation.server.query.Documents.LookupDocument;
import io.correlationstation.server.query.HandoffDocuments.ExplanationDocument;
import io.correlationstation.server.query.HandoffDocuments.HandoffDocument;
import io.correlationstation.server.query.JourneyDocuments.EvidenceDocument;
import io.correlationstation.server.query.JourneyDocuments.JourneyDocument;
import io.correlationstation.server.query.JourneyDocuments.JourneyWithSpansDocument;
import io.correlationstation.server.query.JourneyDocuments.StepDocument;
import io.correlationstation.server.query.JourneyDocuments.SummaryDocument;
import io.correlationstation.server.query.TraceDocuments.SpanDocument;
import io.correlationstation.server.query.TraceDocuments.TraceDocument;
import io.correlationstation.server.stitch.Handoff;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Answers about journeys, one method per path. */
final class JourneyApi {

  private static final int MAX_SPANS_OF_JOURNEY = 5_000;
  private static final List<String> KEYS =
      List.of("circuit_id", "product_id", "resource_id", "resource_type_id", "request_id");

  private final Journeys journeys;

  JourneyApi(Journeys journeys) {
    this.journeys = journeys;
  }

  void search(Context context) {
    Lookup found = journeys.lookup(new Parameters(context).required("id"));
    Json.answer(
        context,
        new LookupDocument(
            found.circuitIds(), found.journeyIds(), found.traceId(), found.handoffId()));
  }

  void correlations(Context context) {
    Parameters parameters = new Parameters(context);
    long from = parameters.time("start_time", Long.MIN_VALUE);
    long to = parameters.time("end_time", Long.MAX_VALUE);
    if (from > to) {
      throw new BadRequest("start_time is after end_time");
    }
    Page<Correlation> page =
        journeys.correlations(
            new CorrelationFilter(
                lowerCase(parameters.text("trace_id")),
                parameters.given(KEYS),
                parameters.text("service"),
                from,
                to),
            parameters.limit(),
            Cursors.decode(parameters.text("cursor")));
    Json.answer(
        context,
        new ListDocument<>(
            Documents.list(page.items(), CorrelationDocument::of), Cursors.encode(page.next())));
  }

  void circuit(Context context) {
    String id = context.pathParam("id");
    Circuit circuit = journeys.circuit(id);
    if (circuit == null) {
      notFound(context, "No circuit is known by the id " + id);
    } else {
      Json.answer(context, CircuitDocument.of(circuit));
    }
  }

  void journeys(Context context) {
    Parameters parameters = new Parameters(context);
    Page<JourneySummary> page =
        journeys.journeys(
            new JourneyFilter(
                parameters.text("circuit_id"),
                parameters.choice("state", Journey.State.class),
                parameters.flag("of_any_circuit")),
            parameters.limit(),
            Cursors.decode(parameters.text("cursor")));
    Json.answer(
        context,
        new ListDocument<>(
            Documents.list(page.items(), SummaryDocument::of), Cursors.encode(page.next())));
  }

  void journey(Context context) {
    String id = context.pathParam("id").toLowerCase(Locale.ROOT);
    Journey journey = journeys.journey(id);
    if (journey == null) {
      notFound(context, "No journey has the id " + id);
      return;
    }
    Json.answer(context, withSpans(journey));
  }

  private JourneyWithSpansDocument withSpans(Journey journey) {
    TraceReader.Spans found = journeys.spans(journey);
    boolean tooMany = found.spans().size() > MAX_SPANS_OF_JOURNEY;
    List<TraceDetail.Span> shown =
        tooMany ? found.spans().subList(0, MAX_SPANS_OF_JOURNEY) : found.spans();
    return new JourneyWithSpansDocument(
        JourneyDocument.of(journey),
        Documents.list(shown, SpanDocument::of),
        Documents.list(journeys.steps(journey), StepDocument::of),
        found.complete() && !tooMany && !journey.logsTruncated());
  }

  void diff(Context context) {
    String id = context.pathParam("id").toLowerCase(Locale.ROOT);
    JourneyDiff diff = journeys.diff(id);
    if (diff == null) {
      notFound(context, "No journey has the id " + id);
    } else {
      Json.answer(context, DiffDocument.of(diff));
    }
  }

  /** Everything about a journey in one file, to be attached to a ticket. */
  void evidence(Context context) {
    String id = context.pathParam("id").toLowerCase(Locale.ROOT);
    Journey journey = journeys.journey(id);
    JourneyDiff diff = journeys.diff(id);
    if (journey == null || diff == null) {
      notFound(context, "No journey has the id " + id);
      return;
    }
    context.header(
        "Content-Disposition", "attachment; filename=\"journey-" + journey.id() + ".json\"");
    Json.answer(
        context,
        new EvidenceDocument(
            "correlation-station/evidence/1",
            withSpans(journey),
            Documents.list(journey.links(), this::explanation),
            DiffDocument.of(diff)));
  }

  void handoffs(Context context) {
    Parameters parameters = new Parameters(context);
    Page<Link> page =
        journeys.links(
            new LinkFilter(
                parameters.given(KEYS),
                lowerCase(parameters.text("trace_id")),
                parameters.choice("state", Handoff.State.class),
                parameters.share("min_confidence")),
            parameters.limit(),
            Cursors.decode(parameters.text("cursor")));
    Json.answer(
        context,
        new ListDocument<>(
            Documents.list(page.items(), HandoffDocument::of), Cursors.encode(page.next())));
  }

  void handoff(Context context) {
    String id = context.pathParam("id").toLowerCase(Locale.ROOT);
    Link link = journeys.link(id);
    if (link == null) {
      notFound(context, "No handoff has the id " + id);
    } else {
      Json.answer(context, explanation(link));
    }
  }

  private ExplanationDocument explanation(Link link) {
    return ExplanationDocument.of(link, journeys.verdicts(link.handoff().id()));
  }

  void trace(Context context) {
    String id = context.pathParam("id");
    TraceDetail trace = journeys.trace(id);
    if (trace == null) {
      notFound(context, "No trace is known by the id " + id);
    } else {
      Json.answer(context, TraceDocument.of(trace));
    }
  }

  static void notFound(Context context, String detail) {
    Json.problem(context, HttpStatus.NOT_FOUND, detail);
  }

  private static @Nullable String lowerCase(@Nullable String id) {
    return id == null ? null : id.toLowerCase(Locale.ROOT);
  }
}
