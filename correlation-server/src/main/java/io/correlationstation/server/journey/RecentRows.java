// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;

/**
 * What the store has of the work that goes on: the rows that were written or read last, so that
 * what follows within seconds, such as a handoff between two fragments, asks the store for nothing.
 *
 * <p>The store is the truth: whatever changes it otherwise, and every transaction that fails, must
 * {@link #clear} this. Memory: little more than a kilobyte a fragment, about a sixteenth of the
 * heap at most; fragments of very many spans are not kept. Used by the thread that writes.
 */
final class RecentRows {

  private static final int BYTES_OF_HEAP_A_FRAGMENT = 20_000;

  /** Of 352 MB 18 000: what comes in twelve seconds at 10 000 spans a second, all with keys. */
  private static final int FRAGMENTS =
      (int)
          Math.min(
              1 << 16,
              Math.max(1 << 10, Runtime.getRuntime().maxMemory() / BYTES_OF_HEAP_A_FRAGMENT));

  /** Numbers and keys of a fragment beyond which asking the store is better: some 5 kB. */
  static final int MAX_SIZE = 500;

  /** With their frames and span ids. */
  private final Recent<String, FragmentRow> fragments;

  private final Recent<Long, JourneyRow> journeys;

  /** A handoff that connects two traces. */
  record Edge(String id, String parent, String child) {}

  RecentRows() {
    this(FRAGMENTS);
  }

  RecentRows(int most) {
    fragments = new Recent<>(most);
    journeys = new Recent<>(most);
  }

  void clear() {
    fragments.clear();
    journeys.clear();
  }

  /** The fragments there are, by trace id, to be changed in every way. */
  Map<String, FragmentRow> fragments(Handle handle, Collection<String> traceIds) {
    Map<String, FragmentRow> found = known(fragments, handle, traceIds, FragmentTable::load);
    fragments.putAll(found);
    return found;
  }

  /** A fragment that the store does not have, nor any handoff that leads to it or from it. */
  void first(FragmentRow row) {
    row.edges = List.of();
    fragments.put(row.traceId, row);
  }

  /** The fragments there are, by trace id, to be moved to another journey at most. */
  Map<String, FragmentRow> summaries(Handle handle, Collection<String> traceIds) {
    return known(fragments, handle, traceIds, FragmentTable::loadSummaries);
  }

  Map<Long, JourneyRow> journeys(Handle handle, Collection<Long> ids) {
    return known(journeys, handle, ids, JourneyTable::load);
  }

  private static <K, V> Map<K, V> known(
      Recent<K, V> recent,
      Handle handle,
      Collection<K> keys,
      BiFunction<Handle, Collection<K>, Map<K, V>> load) {
    Map<K, V> found = new HashMap<>();
    List<K> unknown = new ArrayList<>();
    for (K key : keys) {
      V value = recent.get(key);
      if (value == null) {
        unknown.add(key);
      } else {
        found.put(key, value);
      }
    }
    found.putAll(load.apply(handle, unknown));
    return found;
  }

  /** The edges of each of the traces. */
  Map<String, List<Edge>> edges(Handle handle, Set<String> traceIds) {
    Map<String, List<Edge>> found = new LinkedHashMap<>();
    List<String> unknown = new ArrayList<>();
    for (String trace : traceIds) {
      FragmentRow row = fragments.get(trace);
      if (row == null || row.edges == null) {
        unknown.add(trace);
      } else {
        found.put(trace, row.edges);
      }
    }
    HandoffTable.edges(handle, unknown)
        .forEach(
            (trace, edges) -> {
              found.put(trace, edges);
              FragmentRow row = fragments.get(trace);
              if (row != null) {
                row.edges = edges;
              }
            });
    return found;
  }

  /** A handoff as it is from now on. */
  void decided(Edge edge, boolean stands) {
    for (String end : List.of(edge.parent(), edge.child())) {
      FragmentRow row = fragments.get(end);
      if (row != null && row.edges != null) {
        List<Edge> edges = new ArrayList<>(row.edges.size() + 1);
        edges.addAll(row.edges);
        edges.removeIf(other -> other.id().equals(edge.id()));
        if (stands) {
          edges.add(edge);
        }
        row.edges = edges;
      }
    }
  }

  boolean kept(String traceId) {
    return fragments.containsKey(traceId);
  }

  /** A fragment is stored as it is now. */
  void saved(FragmentRow row) {
    row.saved();
    if (row.size() > MAX_SIZE) {
      fragments.remove(row.traceId);
    }
  }

  /** Journeys took the place of others. */
  void replaced(Map<Long, JourneyRow> old, Map<Long, JourneyRow> fresh) {
    old.keySet().forEach(journeys::remove);
    fresh.forEach(journeys::put);
  }
}
