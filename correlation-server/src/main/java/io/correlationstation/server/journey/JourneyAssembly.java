// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Divides fragments into journeys: the connected parts of the graph whose edges are the linked
 * handoffs that nothing replaced.
 *
 * <p>A journey is named after its root: the earliest fragment that no edge of the part leads to.
 * Only the parts that contain a changed fragment are divided again, so the cost follows the change
 * and not the store. A part is followed up to {@value #MAX_MEMBERS} fragments.
 */
final class JourneyAssembly {

  static final int MAX_MEMBERS = 5_000;

  private static final Comparator<FragmentRow> BY_TIME =
      Comparator.comparingLong(FragmentRow::startNanos).thenComparing(row -> row.traceId);

  private final Aliases aliases;

  JourneyAssembly(Aliases aliases) {
    this.aliases = aliases;
  }

  /** Divides again what is connected to these traces; returns the ids of the journeys written. */
  Set<String> reassemble(Handle handle, Set<String> changedTraces) {
    if (changedTraces.isEmpty()) {
      return Set.of();
    }
    Graph graph = Graph.around(handle, changedTraces);
    Map<String, FragmentRow> rows = FragmentTable.load(handle, graph.members, false);
    List<Part> parts = graph.parts(rows);
    Set<String> stale = new LinkedHashSet<>();
    for (Part part : parts) {
      part.rows.forEach(row -> stale.add(row.journeyId));
      stale.add(part.journeyId);
    }
    delete(handle, stale);
    insert(handle, parts);
    moveFragments(handle, parts);
    saveCircuits(handle, parts);
    Set<String> written = new LinkedHashSet<>();
    parts.forEach(part -> written.add(part.journeyId));
    return written;
  }

  static void delete(Handle handle, Collection<String> journeyIds) {
    for (List<String> chunk : Chunks.of(journeyIds)) {
      handle
          .createUpdate("DELETE FROM journeys WHERE id IN (<ids>)")
          .bindList("ids", chunk)
          .execute();
      handle
          .createUpdate("DELETE FROM journey_circuits WHERE journey_id IN (<ids>)")
          .bindList("ids", chunk)
          .execute();
    }
  }

  private static void insert(Handle handle, List<Part> parts) {
    RowBatch batch =
        new RowBatch(
            handle,
            """
            INSERT INTO journeys (id, start_nanos, end_nanos, received_nanos, failed, rootless,
              defect_code, fragment_count)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """);
    for (Part part : parts) {
      batch.add(
          part.journeyId,
          part.rows.stream().mapToLong(FragmentRow::startNanos).min().orElse(0),
          part.rows.stream().mapToLong(FragmentRow::endNanos).max().orElse(0),
          part.rows.stream().mapToLong(row -> row.receivedNanos).max().orElse(0),
          part.rows.stream().anyMatch(FragmentRow::failed) ? 1 : 0,
          part.rows.stream().anyMatch(FragmentRow::rootless) ? 1 : 0,
          part.defectCode(),
          part.rows.size());
    }
    batch.execute();
  }

  private static void moveFragments(Handle handle, List<Part> parts) {
    RowBatch batch = new RowBatch(handle, "UPDATE fragments SET journey_id = ? WHERE trace_id = ?");
    for (Part part : parts) {
      for (FragmentRow row : part.rows) {
        if (!row.journeyId.equals(part.journeyId)) {
          batch.add(part.journeyId, row.traceId);
        }
      }
    }
    batch.execute();
  }

  private void saveCircuits(Handle handle, List<Part> parts) {
    Map<String, String> journeyOfTrace = new HashMap<>();
    parts.forEach(
        part -> part.rows.forEach(row -> journeyOfTrace.put(row.traceId, part.journeyId)));
    Map<String, Set<String>> circuits = aliases.circuitsOf(handle, journeyOfTrace);
    RowBatch batch =
        new RowBatch(
            handle,
            """
            INSERT INTO journey_circuits (circuit_id, start_nanos, journey_id)
            VALUES (?, ?, ?) ON CONFLICT DO NOTHING
            """);
    for (Part part : parts) {
      long start = part.rows.stream().mapToLong(FragmentRow::startNanos).min().orElse(0);
      for (String circuit : circuits.getOrDefault(part.journeyId, Set.of())) {
        batch.add(circuit, start, part.journeyId);
      }
    }
    batch.execute();
  }

  /** One journey in the making. */
  private static final class Part {
    final List<FragmentRow> rows;
    final String journeyId;

    Part(List<FragmentRow> rows, Set<String> children) {
      this.rows = rows.stream().sorted(BY_TIME).toList();
      FragmentRow root =
          this.rows.stream()
              .filter(row -> !children.contains(row.traceId))
              .findFirst()
              .orElse(this.rows.get(0));
      this.journeyId = JourneyIds.journey(root.traceId);
    }

    @Nullable String defectCode() {
      return rows.stream()
          .flatMap(row -> Stream.ofNullable(row.defect))
          .min(Comparator.naturalOrder())
          .map(Defect::code)
          .orElse(null);
    }
  }

  /** Traces and the linked handoffs between them. */
  private static final class Graph {
    final Set<String> members = new TreeSet<>();
    final Map<String, Set<String>> neighbours = new HashMap<>();
    final Set<String> children = new HashSet<>();

    static Graph around(Handle handle, Set<String> traceIds) {
      Graph graph = new Graph();
      graph.members.addAll(traceIds);
      Set<String> frontier = traceIds;
      int bound = traceIds.size() + MAX_MEMBERS;
      while (!frontier.isEmpty() && graph.members.size() <= bound) {
        frontier = graph.expand(handle, frontier);
      }
      return graph;
    }

    private Set<String> expand(Handle handle, Set<String> frontier) {
      Set<String> next = new LinkedHashSet<>();
      for (List<String> chunk : Chunks.of(frontier)) {
        for (String side : List.of("parent_trace_id", "child_trace_id")) {
          handle
              .createQuery(
                  """
                  SELECT parent_trace_id, child_trace_id FROM handoffs
                  WHERE state = 'LINKED' AND superseded_by IS NULL AND <side> IN (<ids>)
                  """)
              .define("side", side)
              .bindList("ids", chunk)
              .map((result, context) -> List.of(result.getString(1), result.getString(2)))
              .forEach(ends -> connect(ends.get(0), ends.get(1), next));
        }
      }
      return next;
    }

    private void connect(String parent, String child, Set<String> found) {
      neighbours.computeIfAbsent(parent, ignored -> new LinkedHashSet<>()).add(child);
      neighbours.computeIfAbsent(child, ignored -> new LinkedHashSet<>()).add(parent);
      children.add(child);
      for (String end : List.of(parent, child)) {
        if (members.add(end)) {
          found.add(end);
        }
      }
    }

    List<Part> parts(Map<String, FragmentRow> rows) {
      List<Part> parts = new ArrayList<>();
      Set<String> seen = new HashSet<>();
      for (String member : members) {
        if (seen.add(member)) {
          List<FragmentRow> connected = new ArrayList<>();
          for (String trace : reach(member, seen)) {
            FragmentRow row = rows.get(trace);
            if (row != null) {
              connected.add(row);
            }
          }
          if (!connected.isEmpty()) {
            parts.add(new Part(connected, children));
          }
        }
      }
      return parts;
    }

    private Set<String> reach(String start, Set<String> seen) {
      Map<String, Boolean> reached = new LinkedHashMap<>(Map.of(start, true));
      List<String> open = new ArrayList<>(List.of(start));
      while (!open.isEmpty()) {
        String trace = open.remove(open.size() - 1);
        for (String neighbour : neighbours.getOrDefault(trace, Set.of())) {
          if (seen.add(neighbour)) {
            reached.put(neighbour, true);
            open.add(neighbour);
          }
        }
      }
      return reached.keySet();
    }
  }
}
