// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Clock offsets between services, from calls in which the caller waits: request and answer take
 * about as long, so the middles of both spans should coincide, and what lies between them is the
 * clocks' difference. Used for matching and shown; recorded times are never changed.
 */
final class Skew {

  private static final double ENOUGH = 20;

  /** Where the middles of calls lie farther apart than this, they say nothing of the clocks. */
  private static final double WIDEST_SECONDS = 0.05;

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

  /** A kind of call that tells how far the clock of one end is ahead of the other's. */
  private record Link(Service from, Service to, double seconds, double width) {}

  private static void connect(Map<Service, List<Link>> graph, Pair pair, Density density) {
    if (density.total() < ENOUGH || pair.caller == pair.callee) {
      return;
    }
    double median = density.medianSeconds();
    double width = density.quantileSeconds(0.75) - density.quantileSeconds(0.25);
    if (width > WIDEST_SECONDS + Math.abs(median) * Density.STEP) {
      return;
    }
    add(graph, new Link(pair.caller, pair.callee, median, width));
    add(graph, new Link(pair.callee, pair.caller, -median, width));
  }

  private static void add(Map<Service, List<Link>> graph, Link link) {
    graph.computeIfAbsent(link.from, k -> new ArrayList<>()).add(link);
  }

  /** Along the calls that tell most exactly, as Prim's tree grows. */
  private static void spread(Service first, Map<Service, List<Link>> graph) {
    first.clockKnown = true;
    first.clockGroup = first;
    first.clockSeconds = 0;
    PriorityQueue<Link> next = new PriorityQueue<>(Comparator.comparingDouble(Link::width));
    next.addAll(graph.getOrDefault(first, List.of()));
    while (!next.isEmpty()) {
      Link link = next.remove();
      if (!link.to.clockKnown) {
        link.to.clockKnown = true;
        link.to.clockGroup = first;
        link.to.clockSeconds = link.from.clockSeconds + link.seconds;
        next.addAll(graph.getOrDefault(link.to, List.of()));
      }
    }
  }

  /** Whether something tells how the two clocks differ. */
  static boolean known(Service caller, Service callee) {
    return caller == callee
        || (caller.clockGroup != null && caller.clockGroup == callee.clockGroup);
  }

  /** How far the callee's clock is ahead of the caller's; 0 when nothing connects them. */
  static double between(Service caller, Service callee) {
    return caller.clockGroup != null && caller.clockGroup == callee.clockGroup
        ? callee.clockSeconds - caller.clockSeconds
        : 0;
  }
}
