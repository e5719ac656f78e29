// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.arda;

import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the topology of a circuit: the inventory's devices in path order, with their sites, and a
 * link between each two neighbours.
 *
 * <p>The one span made by hand in this service, {@code get_topology}, is plain opentelemetry-api.
 */
final class Topology {

  private static final Logger logger = LoggerFactory.getLogger(Topology.class);

  private final URI palantirUrl;
  private final Neighbours neighbours;
  private final Tracer tracer;

  Topology(URI palantirUrl, Neighbours neighbours, OpenTelemetry telemetry) {
    this.palantirUrl = palantirUrl;
    this.neighbours = neighbours;
    this.tracer = telemetry.getTracer("io.correlationstation.samples.arda");
  }

  /** Throws a {@link Problem} when the inventory does not answer, or knows no device. */
  Graph of(String circuitId) {
    Span span = tracer.spanBuilder("get_topology").startSpan();
    try (Scope ignored = span.makeCurrent()) {
      Graph graph = graph(circuitId, devices(circuitId));
      span.setAttribute("topology.nodes", graph.nodes().size());
      return graph;
    } catch (RuntimeException e) {
      span.recordException(e);
      span.setStatus(StatusCode.ERROR, String.valueOf(e.getMessage()));
      throw e;
    } finally {
      span.end();
    }
  }

  private JsonNode devices(String circuitId) {
    URI url = Neighbours.query(palantirUrl, "/palantir/api/v1/devices", "circuit_id", circuitId);
    return neighbours.get("palantir", url).path("devices");
  }

  private static Graph graph(String circuitId, JsonNode devices) {
    List<Node> nodes = new ArrayList<>();
    List<Link> links = new ArrayList<>();
    for (JsonNode device : devices) {
      Node node = node(device);
      if (!nodes.isEmpty()) {
        links.add(new Link(nodes.get(nodes.size() - 1).tid(), node.tid()));
      }
      nodes.add(node);
    }
    if (nodes.isEmpty()) {
      throw new Problem(502, "palantir knows no device of circuit " + circuitId);
    }
    logger.info("topology of {}: {} nodes, {} links", circuitId, nodes.size(), links.size());
    return new Graph(circuitId, nodes, links);
  }

  private static Node node(JsonNode device) {
    String tid = device.path("tid").asText();
    if (!Site.isTid(tid)) {
      throw new Problem(502, "palantir answers a device without a TID");
    }
    return new Node(
        tid,
        device.path("role").asText(),
        device.path("vendor").asText(),
        device.path("management_ip").asText(),
        Site.of(tid));
  }

  /** The answer, written in snake case. */
  record Graph(String circuitId, List<Node> nodes, List<Link> links) {}

  /** A device on the circuit's path. */
  record Node(String tid, String role, String vendor, String managementIp, Site site) {}

  /** Two devices next to each other, by TID. */
  record Link(String from, String to) {}
}
