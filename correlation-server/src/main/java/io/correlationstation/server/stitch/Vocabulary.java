// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The services and the types of spans met so far, and the edges between types. */
final class Vocabulary {

  /** Past this, new services are one. */
  static final int MAX_SERVICES = 2_000;

  /**
   * Past this, a service's new names are told apart by words only, past twice as many not at all.
   */
  static final int MAX_TYPES_OF_SERVICE = 256;

  private static final int MAX_TYPES = 10_000;

  /** An edge that has learnt something, in bytes; measured. */
  private static final int BYTES_PER_EDGE = 5_000;

  /** Edges may take one part in so many of the memory. */
  private static final int SHARE_FOR_EDGES = 4;

  private static final int LEAST_EDGES = 2_000;
  private static final int MOST_EDGES = 100_000;
  private static final String ANY = "*";

  private record TypeName(
      Service service,
      String name,
      int kind,
      @Nullable String destination,
      @Nullable String other) {

    // By hand, as a record's own go through method handles: a thirtieth of all time for each span.
    @Override
    public int hashCode() {
      int hash = 31 * (31 * service.name.hashCode() + name.hashCode()) + kind;
      return 31 * (31 * hash + Objects.hashCode(destination)) + Objects.hashCode(other);
    }

    @Override
    public boolean equals(@Nullable Object that) {
      return that instanceof TypeName same
          && kind == same.kind
          && service == same.service
          && name.equals(same.name)
          && Objects.equals(destination, same.destination)
          && Objects.equals(other, same.other);
    }
  }

  // In order of appearance: a restart must go through them in the same order.
  private final Map<String, Service> services = new LinkedHashMap<>();
  private final Map<TypeName, ExitType> exitTypes = new LinkedHashMap<>();
  private final Map<TypeName, ChildType> childTypes = new LinkedHashMap<>();
  private final List<EdgeModel> edgeList = new ArrayList<>();
  private final Map<String, Set<String>> callersByCallee = new HashMap<>();
  private final Set<String> knownCallers = new HashSet<>();
  private final Losses losses;
  private final int maxEdges;

  /**
   * @param maxBytes what the edges share with everything that is held
   */
  Vocabulary(List<ServiceEdge> topology, long maxBytes, Losses losses) {
    this.losses = losses;
    long room = maxBytes / SHARE_FOR_EDGES / BYTES_PER_EDGE;
    maxEdges = (int) Math.min(MOST_EDGES, Math.max(LEAST_EDGES, room));
    for (ServiceEdge edge : topology) {
      callersByCallee.computeIfAbsent(edge.callee(), k -> new TreeSet<>()).add(edge.caller());
      knownCallers.add(edge.caller());
    }
  }

  Service service(String name) {
    Service service = services.get(name);
    if (service == null && services.size() >= MAX_SERVICES) {
      losses.count("service_capacity");
      return services.computeIfAbsent(ANY, Service::new);
    }
    if (service == null) {
      service = new Service(name);
      services.put(name, service);
    }
    return service;
  }

  Map<String, Service> services() {
    return services;
  }

  ExitType exitType(
      Service service, String name, int kind, @Nullable String destination, @Nullable String peer) {
    TypeName full = new TypeName(service, name, kind, destination, peer);
    ExitType type = exitTypes.get(full);
    if (type == null) {
      TypeName kept = kept(full, exitTypes.size());
      type = exitTypes.get(kept);
      if (type == null) {
        type =
            new ExitType(exitTypes.size(), service, kept.name, kind, kept.destination, kept.other);
        exitTypes.put(kept, type);
        service.types++;
      }
    }
    return type;
  }

  ChildType childType(
      Service service,
      String name,
      int kind,
      @Nullable String destination,
      @Nullable String client) {
    TypeName full = new TypeName(service, name, kind, destination, client);
    ChildType type = childTypes.get(full);
    if (type == null) {
      TypeName kept = kept(full, childTypes.size());
      type = childTypes.get(kept);
      if (type == null) {
        type =
            new ChildType(
                childTypes.size(), service, kept.name, kind, kept.destination, kept.other);
        childTypes.put(kept, type);
        service.types++;
      }
    }
    return type;
  }

  /**
   * The name by which a type is kept: without ids, and the coarser the more the service has
   * already. Ids in names, a client's address on each span and queues made for one answer would
   * fill the memory with types of which nothing can be learnt.
   */
  private static TypeName kept(TypeName full, int types) {
    if (types >= MAX_TYPES || full.service.types >= 2 * MAX_TYPES_OF_SERVICE) {
      return new TypeName(full.service, ANY, full.kind, null, null);
    }
    String queue = full.destination == null ? null : SpanNames.withoutIds(full.destination);
    return full.service.types < MAX_TYPES_OF_SERVICE
        ? new TypeName(full.service, SpanNames.withoutIds(full.name), full.kind, queue, full.other)
        : new TypeName(full.service, SpanNames.withoutNumbers(full.name), full.kind, queue, null);
  }

  /** Whether there are as many edges as memory allows; a pair not met before is then left. */
  boolean full() {
    if (edgeList.size() < maxEdges) {
      return false;
    }
    losses.count("edge_capacity");
    return true;
  }

  Iterable<ExitType> exitTypes() {
    return exitTypes.values();
  }

  Iterable<ChildType> childTypes() {
    return childTypes.values();
  }

  List<EdgeModel> edges() {
    return edgeList;
  }

  EdgeModel edge(ExitType exit, ChildType child) {
    EdgeModel known = child.edge(exit);
    if (known != null) {
      return known;
    }
    EdgeModel edge = new EdgeModel(exit, child);
    edgeList.add(edge);
    exit.edges.add(edge);
    child.addEdge(edge);
    setPrior(edge);
    edge.fitShare(0);
    edge.odds = edge.share / (1 - edge.share);
    return edge;
  }

  /** What the names alone say about an edge. */
  private void setPrior(EdgeModel edge) {
    ExitType exit = edge.exit;
    ChildType child = edge.child;
    double prior = exit.oneSlot() ? 0.02 : exit.service.polled ? 0.2 : silentCallerPrior();
    if (exit.service == child.service) {
      prior *= 0.02;
    }
    if (exit.oneSlot() && sameOperation(exit.name, child.name)) {
      prior *= 10;
    }
    boolean queueOut = exit.kind == ExitType.PRODUCER;
    boolean queueIn = child.kind == ExitType.CONSUMER;
    if (exit.oneSlot() && queueOut != queueIn) {
      prior *= 0.3;
    }
    if (exit.destination != null && child.destination != null) {
      if (exit.destination.equals(child.destination)) {
        prior *= 10;
      } else {
        edge.forbidden = true;
      }
    }
    if (exit.peer != null) {
      if (exit.peer.equals(child.service.name)) {
        prior *= 10;
      } else if (services.containsKey(exit.peer)) {
        edge.forbidden = true;
      }
    }
    Set<String> callers = callersByCallee.get(child.service.name);
    if (callers == null && knownCallers.contains(child.service.name)) {
      edge.forbidden = true; // the topology knows it, and nobody who calls it
    } else if (callers != null) {
      if (callers.contains(exit.service.name)) {
        prior *= 3;
        edge.listed = true;
      } else {
        edge.forbidden = true;
      }
    }
    if (exit.service == child.service && !exit.oneSlot() && !exit.service.polled && !edge.listed) {
      edge.forbidden = true; // silent calls to itself look like a burst of its own work
    }
    edge.prior = Math.min(0.6, prior);
  }

  /** Where others show their calls, a service that shows none probably makes none. */
  private double silentCallerPrior() {
    double silent = 1 - showing();
    return Math.max(0.0005, 0.02 * silent * silent * silent);
  }

  /** Share of services that show their calls as CLIENT or PRODUCER spans. */
  double showing() {
    int showing = 0;
    for (Service service : services.values()) {
      showing += service.callsOut ? 1 : 0;
    }
    return (double) showing / Math.max(1, services.size());
  }

  /** Whether both names end in the same words, such as {@code Cart/Get} and {@code /Cart/Get}. */
  static boolean sameOperation(String exit, String child) {
    String one = plain(exit);
    String other = plain(child);
    return one.equals(other) || one.endsWith(other) || other.endsWith(one);
  }

  private static String plain(String name) {
    String plain = name.toLowerCase(Locale.ROOT);
    int start = 0;
    while (start < plain.length() && !Character.isLetterOrDigit(plain.charAt(start))) {
      start++;
    }
    return plain.substring(start);
  }

  /** Clock offsets in nanoseconds by service, relative to the median of what each is tied to. */
  Map<String, Long> clocks() {
    Map<Service, List<Double>> groups = new HashMap<>();
    for (Service service : services.values()) {
      if (service.clockGroup != null) {
        groups
            .computeIfAbsent(service.clockGroup, k -> new ArrayList<>())
            .add(service.clockSeconds);
      }
    }
    groups.values().forEach(list -> list.sort(Double::compare));
    Map<String, Long> result = new TreeMap<>();
    for (Service service : services.values()) {
      if (service.clockGroup != null) {
        List<Double> group = groups.getOrDefault(service.clockGroup, List.of(0.0));
        double median = group.get(group.size() / 2);
        result.put(service.name, Math.round((service.clockSeconds - median) * 1e9));
      }
    }
    return result;
  }

  /** Service edges met or configured, by name. */
  List<EdgeStatistics> topology() {
    Map<ServiceEdge, EdgeTotals> totals = new TreeMap<>(ServiceEdge.ORDER);
    callersByCallee.forEach(
        (callee, callers) ->
            callers.forEach(c -> totals.put(new ServiceEdge(c, callee), new EdgeTotals())));
    for (EdgeModel edge : edgeList) {
      if (edge.intact > 0 || edge.joined > 0) {
        totals.computeIfAbsent(edge.services(), k -> new EdgeTotals()).add(edge);
      }
    }
    List<EdgeStatistics> result = new ArrayList<>();
    totals.forEach((pair, total) -> result.add(total.of(pair, isListed(pair))));
    return result;
  }

  private boolean isListed(ServiceEdge pair) {
    return callersByCallee.getOrDefault(pair.callee(), Set.of()).contains(pair.caller());
  }
}
