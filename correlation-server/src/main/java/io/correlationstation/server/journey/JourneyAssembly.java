// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.RecentRows.Edge;
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
import org.jdbi.v3.core.Handle;

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
  private final RecentRows recent;

  JourneyAssembly(Aliases aliases, RecentRows recent) {
    this.aliases = aliases;
    this.recent = recent;
  }

  /**
   * Divides again what is connected to these traces, and stores the journeys.
   *
   * @param rows the fragments that are known already, by trace id; gets the others that belong to
   *     these journeys, and each is told which journey it is in
   */
  Divided reassemble(Handle handle, Map<String, FragmentRow> rows, Set<String> changedTraces) {
    Graph graph = new Graph(recent);
    graph.around(handle, changedTraces);
    Set<String> others = new LinkedHashSet<>(graph.members);
    others.removeAll(rows.keySet());
    rows.putAll(recent.summaries(handle, others));
    List<Part> parts = graph.parts(rows);
    Set<Long> stale = new LinkedHashSet<>();
    for (Part part : parts) {
      for (FragmentRow row : part.rows) {
        if (row.storedJourney != 0) {
          stale.add(row.storedJourney);
        }
        row.journey = part.root.id;
      }
      if (part.root.storedJourney != 0) {
        stale.add(part.root.id);
      }
    }
    Map<Long, JourneyRow> old = recent.journeys(handle, stale);
    Map<Long, JourneyRow> fresh = new LinkedHashMap<>();
    Map<Long, Set<String>> circuits = aliases.circuitsOf(handle, keysOf(parts));
    for (Part part : parts) {
      fresh.put(part.root.id, part.row(circuits.getOrDefault(part.root.id, Set.of())));
    }
    JourneyTable.replace(handle, old, fresh);
    recent.replaced(old, fresh);
    return Divided.of(old.values(), fresh.values());
  }

  private static Map<Long, List<FragmentRow>> keysOf(List<Part> parts) {
    Map<Long, List<FragmentRow>> rows = new LinkedHashMap<>();
    parts.forEach(part -> rows.put(part.root.id, part.rows));
    return rows;
  }

  /**
   * What came out of dividing.
   *
   * @param journeyIds of the journeys that are new or may differ
   * @param circuitIds of them before and now
   */
  record Divided(Set<String> journeyIds, Set<String> circuitIds) {

    static Divided of(Collection<JourneyRow> old, Collection<JourneyRow> fresh) {
      Set<String> journeyIds = new LinkedHashSet<>();
      Set<String> circuitIds = new LinkedHashSet<>();
      old.forEach(row -> circuitIds.addAll(row.circuits()));
      for (JourneyRow row : fresh) {
        journeyIds.add(row.journeyId());
        circuitIds.addAll(row.circuits());
      }
      return new Divided(journeyIds, circuitIds);
    }
  }

  /** One journey in the making. */
  private static final class Part {
    final List<FragmentRow> rows;
    final FragmentRow root;

    /** A fragment that nothing is linked with. */
    Part(FragmentRow row) {
      this.rows = List.of(row);
      this.root = row;
    }

    Part(List<FragmentRow> rows, Set<String> children) {
      this.rows = rows.stream().sorted(BY_TIME).toList();
      this.root =
          this.rows.stream()
              .filter(row -> !children.contains(row.traceId))
              .findFirst()
              .orElse(this.rows.get(0));
    }

    JourneyRow row(Set<String> circuits) {
      long start = Long.MAX_VALUE;
      long end = Long.MIN_VALUE;
      long received = Long.MIN_VALUE;
      boolean failed = false;
      boolean rootless = false;
      Defect defect = null;
      for (FragmentRow row : rows) {
        start = Math.min(start, row.startNanos());
        end = Math.max(end, row.endNanos());
        received = Math.max(received, row.receivedNanos);
        failed |= row.failed();
        rootless |= row.rootless();
        if (row.defect != null && (defect == null || row.defect.compareTo(defect) < 0)) {
          defect = row.defect;
        }
      }
      return new JourneyRow(
          root.id,
          root.traceId,
          start,
          end,
          received,
          failed,
          rootless,
          defect == null ? null : defect.code(),
          circuits.stream().sorted().toList());
    }
  }

  /** Traces and the linked handoffs between them. */
  private static final class Graph {

    final Set<String> members = new LinkedHashSet<>();
    final Map<String, Set<String>> neighbours = new HashMap<>();
    final Set<String> children = new HashSet<>();

    private final RecentRows recent;

    Graph(RecentRows recent) {
      this.recent = recent;
    }

    /** Takes in the traces and what is connected with them. */
    void around(Handle handle, Set<String> traceIds) {
      members.addAll(traceIds);
      Set<String> frontier = traceIds;
      int bound = traceIds.size() + MAX_MEMBERS;
      while (!frontier.isEmpty() && members.size() <= bound) {
        Set<String> next = new LinkedHashSet<>();
        for (List<Edge> edges : recent.edges(handle, frontier).values()) {
          edges.forEach(edge -> connect(edge.parent(), edge.child(), next));
        }
        frontier = next;
      }
    }

    private void connect(String parent, String child, Set<String> found) {
      neighbours.computeIfAbsent(parent, ignored -> new LinkedHashSet<>()).add(child);
      neighbours.computeIfAbsent(child, ignored -> new LinkedHashSet<>()).add(parent);
      children.add(child);
      if (members.add(parent)) {
        found.add(parent);
      }
      if (members.add(child)) {
        found.add(child);
      }
    }

    List<Part> parts(Map<String, FragmentRow> rows) {
      List<Part> parts = new ArrayList<>();
      Set<String> seen = new HashSet<>();
      for (String member : members) {
        if (!neighbours.containsKey(member)) {
          FragmentRow alone = rows.get(member);
          if (alone != null) {
            parts.add(new Part(alone));
          }
        } else if (seen.add(member)) {
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
