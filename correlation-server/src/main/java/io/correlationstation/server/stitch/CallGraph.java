// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who is known to call whom, and which edges that puts in doubt. */
final class CallGraph {

  private static final double MANY_CALLS = 30;
  private static final double BETTER_KNOWN = 3;

  /** Known calls by caller and callee. */
  private final Map<Service, Map<Service, Double>> calls = new HashMap<>();

  /** By which kind of call one service is known to call another, where that is listed. */
  private final Map<ServiceEdge, EdgeModel> best = new HashMap<>();

  private CallGraph(List<EdgeModel> edges) {
    for (EdgeModel edge : edges) {
      if (edge.known() > 0 && edge.exit.service != edge.child.service) {
        calls
            .computeIfAbsent(edge.exit.service, k -> new HashMap<>())
            .merge(edge.child.service, edge.known(), Double::sum);
      }
      if (edge.known() > 0 && edge.listed) {
        best.merge(
            edge.services(), edge, (one, other) -> one.known() >= other.known() ? one : other);
      }
    }
  }

  /**
   * Marks edges that run against much better known calls, whose callee calls the caller, directly
   * or not; and those that run past them, whose call reaches the callee through somebody else, or
   * reaches other work of it to which this work is an answer. When the trace in the middle of a
   * chain is missing, the call into it stays free and the work out of it without parent: those two
   * fit in keys and time, and do not belong together. What the topology lists is not in doubt,
   * unless another kind of call is the one that it lists.
   */
  static void markDoubtful(List<EdgeModel> edges) {
    CallGraph graph = new CallGraph(edges);
    for (EdgeModel edge : edges) {
      edge.doubtful =
          edge.listed
              ? graph.isOutdone(edge) && graph.runsPast(edge)
              : graph.runsAgainst(edge) || graph.runsPast(edge);
    }
  }

  /** Whether its caller is far better known to call that service by another kind of call. */
  private boolean isOutdone(EdgeModel edge) {
    EdgeModel known = best.get(edge.services());
    return known != null
        && known.exit != edge.exit
        && known.known() >= Math.max(MANY_CALLS, BETTER_KNOWN * edge.known());
  }

  private boolean runsAgainst(EdgeModel edge) {
    Service caller = edge.exit.service;
    Service callee = edge.child.service;
    double own = calls.getOrDefault(caller, Map.of()).getOrDefault(callee, 0.0);
    return reaches(callee, caller, Math.max(MANY_CALLS, BETTER_KNOWN * own));
  }

  private boolean runsPast(EdgeModel edge) {
    if (!edge.exit.oneSlot()) {
      return false;
    }
    double least = Math.max(MANY_CALLS, BETTER_KNOWN * edge.known());
    for (EdgeModel other : edge.exit.edges) {
      Service between = other.child.service;
      boolean usual = other.known() >= least && other.child != edge.child;
      if (usual && between != edge.exit.service && leadsTo(edge, between, least)) {
        return true;
      }
    }
    return false;
  }

  private boolean leadsTo(EdgeModel edge, Service between, double least) {
    return between == edge.child.service
        ? reportsBack(edge)
        : reaches(between, edge.child.service, least);
  }

  /** Whether somebody whom the callee asks is known to give it such work as an answer. */
  private boolean reportsBack(EdgeModel edge) {
    Service callee = edge.child.service;
    double least = Math.max(MANY_CALLS, edge.known());
    for (EdgeModel back : edge.child.edges) {
      Service asked = back.exit.service;
      boolean other = asked != callee && asked != edge.exit.service;
      if (other && back.known() >= least && reaches(callee, asked, MANY_CALLS)) {
        return true;
      }
    }
    return false;
  }

  private boolean reaches(Service from, Service to, double least) {
    Set<Service> seen = new HashSet<>();
    ArrayDeque<Service> next = new ArrayDeque<>();
    next.add(from);
    while (!next.isEmpty()) {
      Map<Service, Double> callees = calls.getOrDefault(next.remove(), Map.of());
      for (Map.Entry<Service, Double> call : callees.entrySet()) {
        if (call.getValue() >= least && seen.add(call.getKey())) {
          if (call.getKey() == to) {
            return true;
          }
          next.add(call.getKey());
        }
      }
    }
    return false;
  }
}
