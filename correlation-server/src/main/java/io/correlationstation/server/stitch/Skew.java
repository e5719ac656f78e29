// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Clock offsets between services, from calls in which the caller waits: request and answer take
 * about as long, so the middles of both spans should coincide, and what lies between them is the
 * clocks' difference. Used for matching and shown; recorded times are never changed.
 */
final class Skew {

  private static final double ENOUGH = 20;

  private int version;

  private record Pair(Service caller, Service callee) {}

  /** In order of appearance: what follows from it must not depend on identity hashes. */
  private final Map<Pair, Density> intact = new LinkedHashMap<>();

  /** Another number whenever the offsets have moved. */
  int version() {
    return version;
  }

  /** Takes one waiting call whose context survived. */
  void observe(Service caller, Service callee, double middleSeconds) {
    intact
        .computeIfAbsent(new Pair(caller, callee), k -> new Density())
        .add(Density.bin(middleSeconds), 1);
  }

  /** Sets every service's offset, relative to its neighbours along the best known calls. */
  void fit(Iterable<Service> services, List<EdgeModel> edges) {
    Map<Service, List<Link>> graph = new HashMap<>();
    intact.forEach((pair, density) -> connect(graph, pair, density));
    for (EdgeModel edge : edges) {
      connect(graph, new Pair(edge.exit.service, edge.child.service), edge.middle);
    }
    List<Clock> before = new ArrayList<>();
    for (Service service : services) {
      before.add(Clock.of(service));
      service.clockKnown = false;
      service.clockGroup = null;
    }
    boolean moved = false;
    for (Service service : services) {
      if (!service.clockKnown && graph.containsKey(service)) {
        spread(service, graph);
      }
    }
    Iterator<Clock> old = before.iterator();
    for (Service service : services) {
      moved |= !Clock.of(service).equals(old.next());
    }
    version += moved ? 1 : 0;
  }

  /** What is known of a service's clock. */
  private record Clock(@Nullable Service group, double seconds) {
    static Clock of(Service service) {
      return new Clock(service.clockGroup, service.clockSeconds);
    }
  }

  private record Link(Service to, double seconds) {}

  private static void connect(Map<Service, List<Link>> graph, Pair pair, Density density) {
    if (density.total() < ENOUGH || pair.caller == pair.callee) {
      return;
    }
    double median = density.medianSeconds();
    graph.computeIfAbsent(pair.caller, k -> new ArrayList<>()).add(new Link(pair.callee, median));
    graph.computeIfAbsent(pair.callee, k -> new ArrayList<>()).add(new Link(pair.caller, -median));
  }

  private static void spread(Service first, Map<Service, List<Link>> graph) {
    first.clockKnown = true;
    first.clockGroup = first;
    first.clockSeconds = 0;
    ArrayDeque<Service> next = new ArrayDeque<>();
    next.add(first);
    while (!next.isEmpty()) {
      Service at = next.remove();
      for (Link link : graph.getOrDefault(at, List.of())) {
        if (!link.to.clockKnown) {
          link.to.clockKnown = true;
          link.to.clockGroup = first;
          link.to.clockSeconds = at.clockSeconds + link.seconds;
          next.add(link.to);
        }
      }
    }
  }

  /** How far the callee's clock is ahead of the caller's; 0 when nothing connects them. */
  static double between(Service caller, Service callee) {
    return caller.clockGroup != null && caller.clockGroup == callee.clockGroup
        ? callee.clockSeconds - caller.clockSeconds
        : 0;
  }
}
