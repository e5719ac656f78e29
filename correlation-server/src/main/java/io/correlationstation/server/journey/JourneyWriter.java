// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static io.correlationstation.server.journey.FragmentTable.execute;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.journey.Findings.AliasPair;
import io.correlationstation.server.journey.Findings.FoundHandoff;
import io.correlationstation.server.journey.Findings.FoundLog;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.live.HandoffLines;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * Writes findings in one transaction together with the position in the journal that they reach, so
 * that a frame is applied exactly once whatever happens in between.
 *
 * <p>Used by one thread.
 */
final class JourneyWriter {

  static final String READER = "journeys";

  private static final int MAX_FRAGMENTS_OF_NEW_ALIAS = 1_000;

  /** Frames whose passed-over traces are known again after a restart. */
  private static final int REMEMBERED_FRAMES = 4_000;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Jdbi jdbi;
  private final JourneyAssembly assembly;

  JourneyWriter(Jdbi jdbi, JourneyAssembly assembly) {
    this.jdbi = jdbi;
    this.assembly = assembly;
  }

  /** The sequence number of the last frame applied, or -1. */
  long position() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT sequence FROM reader_position WHERE reader = :reader")
                .bind("reader", READER)
                .mapTo(Long.class)
                .findOne()
                .orElse(-1L));
  }

  /**
   * Forgets the position and where traces are, because another journal took the place of the one
   * they refer to.
   */
  void forgetJournal() {
    jdbi.useTransaction(
        handle -> {
          handle.execute("DELETE FROM reader_position");
          handle.execute("DELETE FROM trace_frames");
          handle.execute("DELETE FROM frame_traces");
        });
  }

  /** Tells which traces are in the store and which were passed over lately. */
  void tell(Admission admission) {
    jdbi.useHandle(
        handle -> {
          handle
              .createQuery("SELECT trace_id FROM fragments")
              .mapTo(String.class)
              .forEach(traceId -> admission.admit(Admission.hash(traceId)));
          UnlistedTraces.tellLast(handle, REMEMBERED_FRAMES, admission);
        });
  }

  /** Applies the findings and returns what changed for those who look on. */
  Changes apply(Findings findings, long upToSequence) {
    return jdbi.inTransaction(
        handle -> {
          Set<String> dirty = new LinkedHashSet<>(findings.fragments.keySet());
          saveFragments(handle, findings);
          FragmentTable.saveFrames(handle, findings.frames);
          UnlistedTraces.save(handle, findings.unlisted);
          saveLogs(handle, findings.logs);
          dirty.addAll(saveAliases(handle, findings));
          dirty.addAll(RulingTable.save(handle, findings.rulings));
          dirty.addAll(saveHandoffs(handle, findings.handoffs));
          Set<String> journeys = assembly.reassemble(handle, dirty);
          savePosition(handle, upToSequence);
          return new Changes(upToSequence, journeys, circuits(handle, findings, journeys));
        });
  }

  private static void saveFragments(Handle handle, Findings findings) {
    Map<String, FragmentRow> rows = FragmentTable.load(handle, findings.fragments.keySet(), true);
    findings.fragments.forEach(
        (traceId, news) -> rows.computeIfAbsent(traceId, FragmentRow::new).merge(news));
    FragmentTable.save(handle, rows.values());
    FragmentTable.saveNews(handle, findings.fragments.values());
  }

  private static void saveLogs(Handle handle, List<FoundLog> logs) {
    RowBatch lines =
        new RowBatch(
            handle,
            """
            INSERT INTO logs (id, trace_id, span_id, time_nanos, severity_number, severity_text,
              service, body, event_name, is_event, attributes, received_nanos)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """);
    RowBatch keys =
        new RowBatch(
            handle,
            """
            INSERT INTO log_keys (log_id, key_name, key_value, time_nanos) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """);
    for (FoundLog log : logs) {
      LogLine line = log.line();
      add(lines, line, log.receivedNanos());
      if (line.traceId() == null) {
        log.keys().forEach((name, value) -> keys.add(line.id(), name, value, line.timeNanos()));
      }
    }
    lines.execute();
    keys.execute();
  }

  private static void add(RowBatch batch, LogLine line, long receivedNanos) {
    batch.add(
        line.id(),
        line.traceId(),
        line.spanId(),
        line.timeNanos(),
        line.severityNumber(),
        line.severityText(),
        line.service(),
        line.body(),
        line.eventName(),
        line.event() ? 1 : 0,
        json(line.attributes()),
        receivedNanos);
  }

  private static String json(Map<String, String> attributes) {
    try {
      return JSON.writeValueAsString(attributes);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of texts is always writable", e);
    }
  }

  /** Returns the traces that a new pair may lead to a circuit. */
  private static Set<String> saveAliases(Handle handle, Findings findings) {
    Map<String, Set<String>> unknown = new HashMap<>();
    for (AliasPair pair : findings.aliases.keySet()) {
      if (pair.keyA().equals(KeyVocabulary.CIRCUIT_ID)
          && KeyVocabulary.IDENTITY_KEYS.contains(pair.keyB())) {
        unknown.computeIfAbsent(pair.keyB(), ignored -> new HashSet<>()).add(pair.valueB());
      }
    }
    unknown.forEach((key, values) -> values.removeAll(withCircuit(handle, key, values)));
    RowBatch batch =
        new RowBatch(
            handle,
            """
            INSERT INTO aliases (key_a, value_a, key_b, value_b, first_nanos, last_nanos, source)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (key_a, value_a, key_b, value_b) DO UPDATE SET
              first_nanos = CASE WHEN excluded.first_nanos < aliases.first_nanos
                THEN excluded.first_nanos ELSE aliases.first_nanos END,
              last_nanos = CASE WHEN excluded.last_nanos > aliases.last_nanos
                THEN excluded.last_nanos ELSE aliases.last_nanos END
            """);
    findings.aliases.forEach(
        (pair, times) ->
            batch.add(
                pair.keyA(),
                pair.valueA(),
                pair.keyB(),
                pair.valueB(),
                times.firstNanos,
                times.lastNanos,
                times.source));
    batch.execute();
    Set<String> affected = new LinkedHashSet<>();
    unknown.forEach((key, values) -> affected.addAll(tracesWith(handle, key, values)));
    return affected;
  }

  /** Those of the values that were seen together with a circuit before. */
  private static Set<String> withCircuit(Handle handle, String key, Set<String> values) {
    Set<String> known = new HashSet<>();
    for (List<String> chunk : Chunks.of(values)) {
      handle
          .createQuery(
              """
              SELECT value_b FROM aliases
              WHERE key_a = 'circuit_id' AND key_b = :key AND value_b IN (<values>)
                AND retracted = 0
              """)
          .bind("key", key)
          .bindList("values", chunk)
          .mapTo(String.class)
          .forEach(known::add);
    }
    return known;
  }

  static List<String> tracesWith(Handle handle, String key, Set<String> values) {
    List<String> traces = new ArrayList<>();
    for (List<String> chunk : Chunks.of(values)) {
      handle
          .createQuery(
              """
              SELECT trace_id FROM fragment_keys
              WHERE key_name = :name AND key_value IN (<values>) LIMIT :limit
              """)
          .bind("name", key)
          .bindList("values", chunk)
          .bind("limit", MAX_FRAGMENTS_OF_NEW_ALIAS)
          .mapTo(String.class)
          .forEach(traces::add);
    }
    return traces;
  }

  /** Applies the decisions in their order; returns the traces whose connections may differ. */
  private static Set<String> saveHandoffs(Handle handle, List<FoundHandoff> handoffs) {
    Map<String, Decision> decisions = new LinkedHashMap<>();
    Map<String, String> replacements = new LinkedHashMap<>();
    Set<String> touched = new LinkedHashSet<>();
    Map<String, Boolean> standing =
        RulingTable.standing(handle, handoffs.stream().map(h -> h.handoff().id()).toList());
    for (FoundHandoff found : handoffs) {
      Handoff handoff = found.handoff();
      if (!RulingTable.allows(standing, handoff)) {
        continue;
      }
      touched.add(handoff.parent().traceId());
      touched.add(handoff.child().traceId());
      decisions.put(handoff.id(), new Decision(found, null));
      replacements.remove(handoff.id());
      String replaced = handoff.supersedes();
      if (replaced != null && !replaced.equals(handoff.id())) {
        decisions.computeIfPresent(
            replaced, (id, decision) -> new Decision(decision.found, handoff.id()));
        replacements.put(replaced, handoff.id());
      }
    }
    insert(handle, decisions.values());
    touched.addAll(replace(handle, replacements));
    return touched;
  }

  private static void insert(Handle handle, Collection<Decision> decisions) {
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO handoffs (id, parent_trace_id, child_trace_id, child_nanos, circuit_id,
              confidence, state, superseded_by, sequence, document)
            VALUES (:id, :parent, :child, :nanos, :circuit, :confidence, :state, :superseded_by,
              :sequence, :document)
            ON CONFLICT (id) DO UPDATE SET child_nanos = excluded.child_nanos,
              circuit_id = excluded.circuit_id, confidence = excluded.confidence,
              state = excluded.state, superseded_by = excluded.superseded_by,
              sequence = excluded.sequence, document = excluded.document
            """);
    for (Decision decision : decisions) {
      Handoff handoff = decision.found.handoff();
      batch
          .bind("id", handoff.id())
          .bind("parent", handoff.parent().traceId())
          .bind("child", handoff.child().traceId())
          .bind("nanos", handoff.child().startNanos())
          .bind("circuit", handoff.keys().get(KeyVocabulary.CIRCUIT_ID))
          .bind("confidence", handoff.confidence())
          .bind("state", handoff.state().name())
          .bind("superseded_by", decision.supersededBy)
          .bind("sequence", decision.found.sequence())
          .bind("document", HandoffLines.text(handoff))
          .add();
    }
    execute(batch);
  }

  /** Marks handoffs as replaced; returns the traces at their ends. */
  private static Set<String> replace(Handle handle, Map<String, String> replacements) {
    PreparedBatch batch =
        handle.prepareBatch("UPDATE handoffs SET superseded_by = :by WHERE id = :id");
    replacements.forEach((id, by) -> batch.bind("id", id).bind("by", by).add());
    execute(batch);
    Set<String> ends = new LinkedHashSet<>();
    for (List<String> chunk : Chunks.of(replacements.keySet())) {
      handle
          .createQuery("SELECT parent_trace_id, child_trace_id FROM handoffs WHERE id IN (<ids>)")
          .bindList("ids", chunk)
          .map((result, context) -> List.of(result.getString(1), result.getString(2)))
          .forEach(ends::addAll);
    }
    return ends;
  }

  private static void savePosition(Handle handle, long sequence) {
    handle
        .createUpdate(
            """
            INSERT INTO reader_position (reader, sequence) VALUES (:reader, :sequence)
            ON CONFLICT (reader) DO UPDATE SET sequence = excluded.sequence
            """)
        .bind("reader", READER)
        .bind("sequence", sequence)
        .execute();
  }

  private static Set<String> circuits(Handle handle, Findings findings, Set<String> journeys) {
    Set<String> circuits = new LinkedHashSet<>();
    for (FoundLog log : findings.logs) {
      String circuit = log.keys().get(KeyVocabulary.CIRCUIT_ID);
      if (circuit != null) {
        circuits.add(circuit);
      }
    }
    for (List<String> chunk : Chunks.of(journeys)) {
      handle
          .createQuery(
              "SELECT DISTINCT circuit_id FROM journey_circuits WHERE journey_id IN (<ids>)")
          .bindList("ids", chunk)
          .mapTo(String.class)
          .forEach(circuits::add);
    }
    return circuits;
  }

  /** A handoff of this batch and what replaced it within the batch. */
  private record Decision(FoundHandoff found, @Nullable String supersededBy) {}
}
