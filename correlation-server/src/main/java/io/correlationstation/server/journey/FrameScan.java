// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.admission.TraceSet;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journey.Findings.FoundHandoff;
import io.correlationstation.server.journey.Findings.FoundLog;
import io.correlationstation.server.journey.Findings.FoundSpan;
import io.correlationstation.server.journey.Findings.FragmentNews;
import io.correlationstation.server.otlp.AttributeNames;
import io.correlationstation.server.otlp.LogScan;
import io.correlationstation.server.otlp.LogView;
import io.correlationstation.server.otlp.SpanTables;
import io.correlationstation.server.otlp.SpanView;
import io.correlationstation.server.otlp.TraceScan;
import io.correlationstation.server.stitch.KeySpec.LetterCase;
import io.correlationstation.server.stitch.KeyText;
import io.correlationstation.server.stitch.live.HandoffLine;
import io.correlationstation.server.stitch.live.HandoffLines;
import io.correlationstation.server.stitch.live.RulingLines;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes what journeys need out of frames: of every trace that the {@link Admission} lets in. The
 * same frames in the same order give the same findings. Not thread-safe.
 */
final class FrameScan {

  private static final int STATUS_ERROR = 2;
  private static final List<String> WORK =
      List.of("workflow.name", "workflow.step", "mdso.defect_code", "mdso.defect_consequence");

  private final KeyVocabulary vocabulary;
  private final Set<String> observers;
  private final Admission admission;
  private final @Nullable SpanTables tables;
  private final long bitsOfTables;
  private final AttributeNames names;
  private final int workflowName;
  private final int workflowStep;
  private final int defectCode;
  private final int defectConsequence;

  /** The traces that are read, or null for all. */
  private @Nullable TraceSet only;

  /**
   * @param tables shared with other readers of the same journal; null when it reads alone
   */
  FrameScan(
      KeyVocabulary vocabulary,
      Set<String> observers,
      Admission admission,
      @Nullable SpanTables tables) {
    this.vocabulary = vocabulary;
    this.observers = observers;
    this.admission = admission;
    this.tables = tables;
    List<String> all = attributeNames(vocabulary);
    this.bitsOfTables = tables == null ? 0 : tables.bits(all.stream());
    this.workflowName = all.size() - WORK.size();
    this.workflowStep = workflowName + 1;
    this.defectCode = workflowName + 2;
    this.defectConsequence = workflowName + 3;
    this.names = AttributeNames.of(all);
  }

  /** What makes a span one of work on a circuit, the keys first. */
  static List<String> attributeNames(KeyVocabulary vocabulary) {
    List<String> all = new ArrayList<>(vocabulary.attributeNames());
    all.addAll(WORK);
    return all;
  }

  /**
   * Adds what the frame says.
   *
   * @throws RuntimeException when the payload cannot be read; findings may then hold a part of it,
   *     which is harmless as every record stands for itself
   */
  void scan(JournalCursor.Entry entry, Findings findings) {
    Frame frame = entry.frame();
    switch (frame.signal()) {
      case TRACES -> spans(entry, findings);
      case LOGS -> new LogFrame(entry, findings).scan();
      case HANDOFFS -> handoffs(entry, findings);
      case RULINGS -> findings.rulings.addAll(RulingLines.parse(frame.payload()));
      case METRICS -> {
        // Journeys are made of spans, logs and handoffs.
      }
    }
  }

  /** Adds what the frame says of some traces. */
  void scan(JournalCursor.Entry entry, TraceSet traces, Findings findings) {
    only = traces;
    try {
      scan(entry, findings);
    } finally {
      only = null;
    }
  }

  private void spans(JournalCursor.Entry entry, Findings findings) {
    byte[] payload = entry.frame().payload();
    if (tables == null) {
      TraceScan.scan(payload, names, span -> span(span, entry, findings));
      return;
    }
    TraceScan.scan(
        payload,
        names,
        tables.of(entry.sequence(), payload),
        (high, low, found, service) ->
            wants(high, low, (found & bitsOfTables) != 0, service, entry, findings),
        span -> add(span, entry, findings));
  }

  private void span(SpanView span, JournalCursor.Entry entry, Findings findings) {
    if (wants(
        span.traceIdHigh(),
        span.traceIdLow(),
        span.found() != 0,
        span.service(),
        entry,
        findings)) {
      add(span, entry, findings);
    }
  }

  private boolean wants(
      long traceIdHigh,
      long traceIdLow,
      boolean concerned,
      String service,
      JournalCursor.Entry entry,
      Findings findings) {
    long trace = Admission.hash(traceIdHigh, traceIdLow);
    if ((traceIdHigh | traceIdLow) == 0 || (only != null && !only.contains(trace))) {
      return false; // receivers reject zero; a frame from elsewhere may still hold it
    }
    boolean wanted =
        observes(service, entry)
            ? admission.knows(trace)
            : admission.admits(trace, concerned, entry.frame().receivedNanos());
    if (!wanted) {
      passOver(trace, entry, findings);
    }
    return wanted;
  }

  private boolean observes(String service, JournalCursor.Entry entry) {
    return entry.frame().ownWork() || observers.contains(service);
  }

  private void add(SpanView span, JournalCursor.Entry entry, Findings findings) {
    if (span.spanId() == 0) {
      return;
    }
    boolean observed = observes(span.service(), entry);
    FragmentNews news =
        findings.fragment(
            span.traceIdHigh(), span.traceIdLow(), !observed && admission.admittedNow());
    news.frames.insert(entry.sequence());
    if (observed) {
      return;
    }
    long start = span.startNanos() == 0 ? entry.frame().receivedNanos() : span.startNanos();
    long end = Math.max(start, span.endNanos());
    findings.add(
        news,
        new FoundSpan(
            span.spanId(),
            span.parentSpanId(),
            span.kind(),
            start,
            end,
            span.statusCode() == STATUS_ERROR,
            span.name(),
            span.service(),
            span.attribute(workflowName) != null && span.attribute(workflowStep) == null,
            defect(span, end)));
    news.services.add(span.service());
    news.received(entry.frame().receivedNanos());
    Map<String, String> keys = vocabulary.find(span.found(), span::attribute);
    news.keys(keys, start);
    findings.addAliases(keys, start, "span", span.service());
  }

  private @Nullable Defect defect(SpanView span, long endNanos) {
    String said = span.attribute(defectCode);
    String code = said == null ? null : KeyText.clean(said, LetterCase.KEPT);
    return code == null
        ? null
        : new Defect(code, endNanos, "true".equals(span.attribute(defectConsequence)));
  }

  private void passOver(long trace, JournalCursor.Entry entry, Findings findings) {
    if (admission.passOver(trace, entry.sequence())) {
      findings.passedOver(trace, entry.sequence());
    }
  }

  private void handoffs(JournalCursor.Entry entry, Findings findings) {
    for (HandoffLine handoff : HandoffLines.lines(entry.frame().payload())) {
      admission.admit(Admission.hash(handoff.parentTraceId()));
      admission.admit(Admission.hash(handoff.childTraceId()));
      findings.add(new FoundHandoff(handoff, entry.frame().receivedNanos()));
    }
  }

  /** Reads the records of one frame; equal ones in one frame are told apart by their number. */
  private final class LogFrame {

    private final JournalCursor.Entry entry;
    private final Frame frame;
    private final Findings findings;
    private final Map<String, Integer> occurrences = new HashMap<>();

    LogFrame(JournalCursor.Entry entry, Findings findings) {
      this.entry = entry;
      this.frame = entry.frame();
      this.findings = findings;
    }

    void scan() {
      LogScan.scan(frame.payload(), names, this::record);
    }

    private void record(LogView log) {
      if ((log.traceIdHigh() | log.traceIdLow()) != 0) {
        long trace = Admission.hash(log.traceIdHigh(), log.traceIdLow());
        if (only != null && !only.contains(trace)) {
          return;
        }
        if (!admission.admits(trace, log.found() != 0, frame.receivedNanos())) {
          passOver(trace, entry, findings);
          return;
        }
      } else if (only != null || log.found() == 0) {
        return;
      }
      Map<String, String> keys = vocabulary.find(log.found(), log::attribute);
      long time = log.timeNanos() == 0 ? frame.receivedNanos() : log.timeNanos();
      findings.addAliases(keys, time, "log", log.service());
      String traceId = log.traceId();
      if (traceId == null && keys.isEmpty()) {
        return;
      }
      if (traceId != null) {
        FragmentNews news =
            findings.fragment(log.traceIdHigh(), log.traceIdLow(), admission.admittedNow());
        news.services.add(log.service());
        news.log(time);
        news.received(frame.receivedNanos());
        news.keys(keys, time);
      }
      findings.add(new FoundLog(line(log, time), keys, frame.receivedNanos()));
    }

    private LogLine line(LogView log, long time) {
      Map<String, String> attributes = log.attributes();
      String body = log.body();
      if (body.length() > LogLine.MAX_BODY_CHARS) {
        body = body.substring(0, LogLine.MAX_BODY_CHARS - 1) + "…";
      }
      return new LogLine(
          id(log, time, body, attributes),
          log.traceId(),
          log.spanId(),
          time,
          log.severityNumber(),
          log.severityText(),
          log.service(),
          body,
          log.eventName(),
          !log.eventName().isEmpty() || attributes.containsKey("mdso.state"),
          attributes,
          null);
    }

    private String id(LogView log, long time, String body, Map<String, String> attributes) {
      String content =
          String.join(
              "\u0000",
              "log",
              Long.toString(time),
              String.valueOf(log.traceId()),
              String.valueOf(log.spanId()),
              log.service(),
              log.severityText(),
              log.eventName(),
              body,
              attributes.toString());
      int occurrence = occurrences.merge(content, 1, Integer::sum);
      return JourneyIds.digest(content + "\u0000" + occurrence);
    }
  }
}
