// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Whether the API shows what the demo's orders must leave behind. Nothing but the API's answers is
 * looked at.
 *
 * <p>For every order: beorn's trace, a linked handoff to MDSO's trace, a linked handoff from there
 * to arda's, logs in between, and for the failing one a defect code. Orders on one circuit must be
 * journeys of their own.
 */
final class JourneyCheck {

  private static final String MDSO = "mdso-scriptplan";

  /** What beorn, MDSO and arda did for every order. */
  private static final List<String> STEPS =
      List.of("create_network_service", "mdso.product.CircuitDetailsCollector", "get_topology");

  private JourneyCheck() {}

  /**
   * What is still missing, as sentences for a person; empty when everything is there.
   *
   * @param circuits answer of {@code /api/circuits/{id}} by circuit id
   */
  static List<String> missing(List<PlacedOrder> orders, Map<String, JsonNode> circuits) {
    List<String> missing = new ArrayList<>();
    for (PlacedOrder order : orders) {
      JsonNode journey = journeyOf(order, circuits);
      missingOf(order, journey).forEach(what -> missing.add(name(order) + ": " + what));
    }
    missing.addAll(mixedUp(orders, circuits));
    return missing;
  }

  /** The journey that holds the order's own trace, or a missing node. */
  static JsonNode journeyOf(PlacedOrder order, Map<String, JsonNode> circuits) {
    JsonNode circuit = circuits.getOrDefault(order.order().circuitId(), MissingNode.getInstance());
    return stream(circuit.path("journeys"))
        .filter(journey -> traceIds(journey).contains(order.traceId()))
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  private static List<String> missingOf(PlacedOrder order, JsonNode journey) {
    if (journey.isMissingNode()) {
      return List.of("no journey holds beorn's trace " + order.traceId());
    }
    List<String> missing = new ArrayList<>();
    if (!linked(journey, "beorn", MDSO)) {
      missing.add("no linked handoff from beorn to MDSO");
    }
    if (!linked(journey, MDSO, "arda")) {
      missing.add("no linked handoff from MDSO to arda");
    }
    if (!journey.toString().contains(order.resourceId())) {
      missing.add("resource " + order.resourceId() + " is not in its journey");
    }
    if (journey.path("logs").isEmpty()) {
      missing.add("no logs");
    }
    String expected = order.order().fails() ? "failed" : "completed";
    if (!expected.equals(journey.path("state").asText())) {
      missing.add("state is " + journey.path("state").asText() + ", not " + expected);
    }
    if (order.order().fails() && !journey.path("defect_code").asText().startsWith("DE-")) {
      missing.add("no defect code");
    }
    return missing;
  }

  /**
   * Steps of the story that are in none of the journey's traces, as sentences for a person.
   *
   * @param spans all spans of the journey's traces, as {@code /api/traces/{id}} gives them
   */
  static List<String> missingSteps(PlacedOrder order, List<JsonNode> spans) {
    return STEPS.stream()
        .filter(step -> spans.stream().noneMatch(span -> step.equals(span.path("name").asText())))
        .map(step -> name(order) + ": no span " + step)
        .toList();
  }

  private static boolean linked(JsonNode journey, String parent, String child) {
    return stream(journey.path("handoffs"))
        .anyMatch(
            handoff ->
                handoff.path("state").asText().equals("linked")
                    && handoff.path("parent_service").asText().equals(parent)
                    && handoff.path("child_service").asText().equals(child)
                    && !handoff.path("evidence").isEmpty());
  }

  /**
   * Orders whose journey is not their own: each must hold its own resource and no other order's
   * trace.
   */
  private static List<String> mixedUp(List<PlacedOrder> orders, Map<String, JsonNode> circuits) {
    List<String> mixedUp = new ArrayList<>();
    for (PlacedOrder order : orders) {
      JsonNode journey = journeyOf(order, circuits);
      Set<String> traces = traceIds(journey);
      for (PlacedOrder other : orders) {
        if (other != order
            && (traces.contains(other.traceId())
                || journey.toString().contains(other.resourceId()))) {
          mixedUp.add(name(order) + " is mixed up with " + name(other));
        }
      }
    }
    return mixedUp;
  }

  private static String name(PlacedOrder order) {
    return "order \"" + order.order().label() + "\" on " + order.order().circuitId();
  }

  static Set<String> traceIds(JsonNode journey) {
    return stream(journey.path("fragments"))
        .map(fragment -> fragment.path("trace_id").asText())
        .collect(Collectors.toCollection(HashSet::new));
  }

  static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
