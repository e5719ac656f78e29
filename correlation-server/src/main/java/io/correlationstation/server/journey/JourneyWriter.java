// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static io.correlationstation.server.journey.FragmentTable.execute;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.server.journey.Findings.AliasPair;
import io.correlationstation.server.journey.Findings.FoundHandoff;
import io.correlationstation.server.journey.Findings.FoundLog;
import io.correlationstation.server.stitch.Handoff;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.PreparedBatch;

/**
 * Writes findings in one transaction together with the position in the journal that they reach, so
 * that a frame is applied exactly once whatever happens in between.
 *
 * <p>Used by one thread.
 */
final class JourneyWriter {

  static final String READER = "journeys";

  private static final int MAX_FRAGMENTS_OF_NEW_ALIAS = 1_000;
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
        });
  }

  /** Applies the findings and returns what changed for those who look on. */
  Changes apply(Findings findings, long upToSequence) {
    return jdbi.inTransaction(
        handle -> {
          Set<String> dirty = new LinkedHashSet<>(findings.fragments.keySet());
          saveFragments(handle, findings);
          FragmentTable.saveFrames(handle, findings.frames);
          saveLogs(handle, findings.logs);
          dirty.addAll(saveAliases(handle, findings));
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
    PreparedBatch lines =
        handle.prepareBatch(
            """
            INSERT INTO logs (id, trace_id, span_id, time_nanos, severity_number, severity_text,
              service, body, event_name, is_event, attributes, received_nanos)
            VALUES (:id, :trace_id, :span_id, :time, :number, :text, :service, :body, :event_name,
              :event, :attributes, :received)
            ON CONFLICT DO NOTHING
            """);
    PreparedBatch keys =
        handle.prepareBatch(
            """
            INSERT INTO log_keys (log_id, key_name, key_value, time_nanos)
            VALUES (:id, :name, :value, :time)
            ON CONFLICT DO NOTHING
            """);
    for (FoundLog log : logs) {
      bind(lines, log).add();
      if (log.line().traceId() == null) {
        log.keys()
            .forEach(
                (name, value) ->
                    keys.bind("id", log.line().id())
                        .bind("name", name)
                        .bind("value", value)
                        .bind("time", log.line().timeNanos())
                        .add());
      }
    }
    execute(lines);
    execute(keys);
  }

  private static PreparedBatch bind(PreparedBatch batch, FoundLog log) {
    LogLine line = log.line();
    return batch
        .bind("id", line.id())
        .bind("trace_id", line.traceId())
        .bind("span_id", line.spanId())
        .bind("time", line.timeNanos())
        .bind("number", line.severityNumber())
        .bind("text", line.severityText())
        .bind("service", line.service())
        .bind("body", line.body())
        .bind("event_name", line.eventName())
        .bind("event", line.event() ? 1 : 0)
        .bind("attributes", json(line.attributes()))
        .bind("received", log.receivedNanos());
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
    PreparedBatch batch =
        handle.prepareBatch(
            """
            INSERT INTO aliases (key_a, value_a, key_b, value_b, first_nanos, last_nanos)
            VALUES (:key_a, :value_a, :key_b, :value_b, :first, :last)
            ON CONFLICT (key_a, value_a, key_b, value_b) DO UPDATE SET
              first_nanos = CASE WHEN excluded.first_nanos < aliases.first_nanos
                THEN excluded.first_nanos ELSE aliases.first_nanos END,
              last_nanos = CASE WHEN excluded.last_nanos > aliases.last_nanos
                THEN excluded.last_nanos ELSE aliases.last_nanos END
            """);
    Set<String> affected = new LinkedHashSet<>();
    findings.aliases.forEach(
        (pair, times) -> {
          batch
              .bind("key_a", pair.keyA())
              .bind("value_a", pair.valueA())
              .bind("key_b", pair.keyB())
              .bind("value_b", pair.valueB())
              .bind("first", times.firstNanos)
              .bind("last", times.lastNanos)
              .add();
          if (pair.keyA().equals(KeyVocabulary.CIRCUIT_ID)
              && KeyVocabulary.IDENTITY_KEYS.contains(pair.keyB())
              && !known(handle, pair)) {
            affected.addAll(tracesWith(handle, pair.keyB(), pair.valueB()));
          }
        });
    execute(batch);
    return affected;
  }

  private static boolean known(Handle handle, AliasPair pair) {
    return handle
        .createQuery(
            """
            SELECT 1 FROM aliases WHERE key_a = :key_a AND value_a = :value_a
              AND key_b = :key_b AND value_b = :value_b
            """)
        .bind("key_a", pair.keyA())
        .bind("value_a", pair.valueA())
        .bind("key_b", pair.keyB())
        .bind("value_b", pair.valueB())
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  private static List<String> tracesWith(Handle handle, String key, String value) {
    return handle
        .createQuery(
            """
            SELECT trace_id FROM fragment_keys WHERE key_name = :name AND key_value = :value
            LIMIT :limit
            """)
        .bind("name", key)
        .bind("value", value)
        .bind("limit", MAX_FRAGMENTS_OF_NEW_ALIAS)
        .mapTo(String.class)
        .list();
  }

  private static Set<String> saveHandoffs(Handle handle, List<FoundHandoff> handoffs) {
    Set<String> touched = new LinkedHashSet<>();
    for (FoundHandoff found : handoffs) {
      Handoff handoff = found.handoff();
      touched.add(handoff.parent().traceId());
      touched.add(handoff.child().traceId());
      saveHandoff(handle, found);
      String replaced = handoff.supersedes();
      if (replaced != null && !replaced.equals(handoff.id())) {
        touched.addAll(supersede(handle, replaced, handoff.id()));
      }
    }
    return touched;
  }

  private static void saveHandoff(Handle handle, FoundHandoff found) {
    Handoff handoff = found.handoff();
    handle
        .createUpdate(
            """
            INSERT INTO handoffs (id, parent_trace_id, child_trace_id, child_nanos, circuit_id,
              confidence, state, superseded_by, sequence, document)
            VALUES (:id, :parent, :child, :nanos, :circuit, :confidence, :state, NULL, :sequence,
              :document)
            ON CONFLICT (id) DO UPDATE SET child_nanos = excluded.child_nanos,
              circuit_id = excluded.circuit_id, confidence = excluded.confidence,
              state = excluded.state, superseded_by = NULL, sequence = excluded.sequence,
              document = excluded.document
            """)
        .bind("id", handoff.id())
        .bind("parent", handoff.parent().traceId())
        .bind("child", handoff.child().traceId())
        .bind("nanos", handoff.child().startNanos())
        .bind("circuit", handoff.keys().get(KeyVocabulary.CIRCUIT_ID))
        .bind("confidence", handoff.confidence())
        .bind("state", handoff.state().name())
        .bind("sequence", found.sequence())
        .bind("document", FrameScan.writeHandoff(handoff))
        .execute();
  }

  private static List<String> supersede(Handle handle, String replaced, String by) {
    handle
        .createUpdate("UPDATE handoffs SET superseded_by = :by WHERE id = :id")
        .bind("by", by)
        .bind("id", replaced)
        .execute();
    List<String> ends = new ArrayList<>();
    handle
        .createQuery("SELECT parent_trace_id, child_trace_id FROM handoffs WHERE id = :id")
        .bind("id", replaced)
        .map((result, context) -> List.of(result.getString(1), result.getString(2)))
        .forEach(ends::addAll);
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
}
