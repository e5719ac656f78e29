// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.journey.Findings.FoundLog;
import io.correlationstation.server.journey.Findings.FragmentNews;
import io.correlationstation.server.journey.JourneyAssembly.Divided;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Writes findings in one transaction together with the position in the journal that they reach, so
 * that a frame is applied exactly once whatever happens in between.
 *
 * <p>Used by one thread.
 */
final class JourneyWriter {

  static final String READER = "journeys";

  /** Frames whose passed-over traces are known again after a restart. */
  private static final int REMEMBERED_FRAMES = 4_000;

  private final Jdbi jdbi;
  private final JourneyAssembly assembly;
  private final RecentRows recent;

  /** What the next fragment is numbered; 0 before the store was asked. */
  private long nextId;

  /**
   * @param recent cleared by whoever else changes the store
   */
  JourneyWriter(Jdbi jdbi, Aliases aliases, RecentRows recent) {
    this.jdbi = jdbi;
    this.assembly = new JourneyAssembly(aliases, recent);
    this.recent = recent;
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
    recent.clear();
    jdbi.useTransaction(
        handle -> {
          handle.execute("DELETE FROM reader_position");
          handle.execute("UPDATE fragments SET frames = ?", new byte[0]);
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
          HandoffTable.tellEnds(handle, admission);
          UnlistedTraces.tellLast(handle, REMEMBERED_FRAMES, admission);
        });
  }

  /** Applies the findings and returns what changed for those who look on. */
  Changes apply(Findings findings, long upToSequence) {
    try {
      return applied(findings, upToSequence);
    } catch (RuntimeException | Error e) {
      recent.clear();
      findings.mayBeStored(); // where the connection broke in the commit
      throw e;
    }
  }

  private Changes applied(Findings findings, long upToSequence) {
    return jdbi.inTransaction(
        handle -> {
          Map<String, FragmentRow> rows = merged(handle, findings);
          Set<String> dirty = new LinkedHashSet<>();
          for (FragmentNews news : findings.fragments.values()) {
            if (!news.onlyObserved()) {
              dirty.add(news.traceId);
            }
          }
          LogTable.save(handle, findings.logs, rows);
          dirty.addAll(AliasTable.save(handle, findings.aliases));
          dirty.addAll(RulingTable.save(handle, findings.rulings));
          dirty.addAll(HandoffTable.save(handle, findings.handoffs, recent));
          Divided divided = assembly.reassemble(handle, rows, dirty);
          FragmentTable.save(handle, rows.values());
          rows.values().forEach(recent::saved);
          UnlistedTraces.save(handle, findings.unlisted);
          savePosition(handle, upToSequence);
          return new Changes(upToSequence, divided.journeyIds(), circuits(findings, divided));
        });
  }

  /** The fragments that the findings speak of as they are from now on, not yet stored. */
  private Map<String, FragmentRow> merged(Handle handle, Findings findings) {
    Map<String, FragmentRow> rows = recent.fragments(handle, known(findings));
    if (nextId == 0) {
      nextId = FragmentTable.lastId(handle) + 1;
    }
    for (FragmentNews news : findings.fragments.values()) {
      FragmentRow row = rows.get(news.traceId);
      if (!news.onlyObserved()) {
        if (row == null) {
          row = new FragmentRow(nextId++, news.traceId);
          rows.put(news.traceId, row);
          if (findings.isFirst(news)) {
            recent.first(row);
          }
        }
        row.merge(news);
      } else if (row != null) {
        row.mergeFrames(news);
      } else {
        long trace = Admission.hash(news.traceId);
        news.frames.forEach(sequence -> findings.passedOver(trace, sequence));
      }
    }
    return rows;
  }

  /** The traces of which the store may have something. */
  private static List<String> known(Findings findings) {
    List<String> traces = new ArrayList<>();
    for (FragmentNews news : findings.fragments.values()) {
      if (!findings.isFirst(news)) {
        traces.add(news.traceId);
      }
    }
    return traces;
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

  private static Set<String> circuits(Findings findings, Divided divided) {
    Set<String> circuits = new LinkedHashSet<>(divided.circuitIds());
    for (FoundLog log : findings.logs) {
      String circuit = log.keys().get(KeyVocabulary.CIRCUIT_ID);
      if (circuit != null) {
        circuits.add(circuit);
      }
    }
    return circuits;
  }
}
