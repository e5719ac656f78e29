// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The journeys as a timeline for a person, or as JSON for a program; made from the API's answers
 * alone.
 */
final class Report {

  private static final int NAME_WIDTH = 44;

  private final StationApi api;
  private final int httpPort;
  private final ObjectMapper mapper = new ObjectMapper();

  Report(StationApi api, int httpPort) {
    this.api = api;
    this.httpPort = httpPort;
  }

  String json(List<PlacedOrder> orders, Map<String, JsonNode> circuits, List<String> missing) {
    ObjectNode root = mapper.createObjectNode();
    root.put("complete", missing.isEmpty());
    missing.forEach(root.putArray("missing")::add);
    for (PlacedOrder order : orders) {
      ObjectNode node = root.withArray("orders").addObject();
      node.put("label", order.order().label());
      node.put("circuit_id", order.order().circuitId());
      node.put("request_id", order.order().requestId());
      node.put("resource_id", order.resourceId());
      node.put("trace_id", order.traceId());
      node.set("journey", JourneyCheck.journeyOf(order, circuits));
    }
    return root.toPrettyString() + System.lineSeparator();
  }

  String text(List<PlacedOrder> orders, Map<String, JsonNode> circuits, List<String> missing)
      throws InterruptedException {
    StringBuilder text = new StringBuilder();
    for (PlacedOrder order : orders) {
      JsonNode journey = JourneyCheck.journeyOf(order, circuits);
      text.append(System.lineSeparator());
      heading(text, order, journey);
      for (Line line : lines(journey)) {
        text.append(line.text()).append(System.lineSeparator());
      }
    }
    text.append(System.lineSeparator());
    if (missing.isEmpty()) {
      text.append(String.format("All %d journeys are whole.%n", orders.size()));
    }
    missing.forEach(what -> text.append("MISSING  ").append(what).append(System.lineSeparator()));
    return text.append(whereToLook(orders)).toString();
  }

  private static void heading(StringBuilder text, PlacedOrder order, JsonNode journey) {
    String state = journey.path("state").asText("unknown");
    String code = journey.path("defect_code").asText("");
    text.append(
        String.format(
            "%s  (%s order, request %s)  %s%s%n",
            order.order().circuitId(),
            order.order().label(),
            order.order().requestId(),
            state.toUpperCase(Locale.ROOT),
            code.isEmpty() ? "" : "  defect " + code));
  }

  private List<Line> lines(JsonNode journey) throws InterruptedException {
    List<Line> lines = new ArrayList<>();
    Set<String> failedSpans = new HashSet<>();
    for (JsonNode fragment : journey.path("fragments")) {
      for (JsonNode span : api.trace(fragment.path("trace_id").asText()).path("spans")) {
        if (!span.path("synthetic").asBoolean()) {
          lines.add(spanLine(span));
          if (span.path("status").asText().equalsIgnoreCase("error")) {
            failedSpans.add(span.path("span_id").asText());
          }
        }
      }
    }
    JourneyCheck.stream(journey.path("handoffs"))
        .filter(handoff -> handoff.path("state").asText().equals("linked"))
        .forEach(handoff -> lines.add(handoffLine(handoff, lines)));
    journey.path("logs").forEach(log -> lines.add(logLine(log)));
    journey.path("events").forEach(event -> lines.add(logLine(event)));
    return relative(lines);
  }

  private static Line spanLine(JsonNode span) {
    String failed = span.path("status").asText().equalsIgnoreCase("error") ? "  ERROR" : "";
    Instant start = Instant.parse(span.path("start").asText());
    Instant end = Instant.parse(span.path("end").asText());
    return new Line(
        start,
        1,
        span.path("span_id").asText(),
        column(span.path("service").asText(), span.path("name").asText())
            + String.format(
                Locale.ROOT, "%9.3f s%s", seconds(Duration.between(start, end)), failed));
  }

  /** A handoff stands right before the span it leads to. */
  private static Line handoffLine(JsonNode handoff, List<Line> lines) {
    String childSpan = handoff.path("child_span_id").asText();
    Instant time =
        lines.stream()
            .filter(line -> line.spanId().equals(childSpan))
            .map(Line::time)
            .findFirst()
            .orElse(Instant.EPOCH);
    StringBuilder why = new StringBuilder();
    for (JsonNode evidence : handoff.path("evidence")) {
      why.append(
          String.format(
              Locale.ROOT,
              "%s%s=%s (%+.1f)",
              why.isEmpty() ? "" : ", ",
              evidence.path("key").asText(),
              evidence.path("value").asText(),
              evidence.path("weight").asDouble()));
    }
    return new Line(
        time,
        0,
        "",
        String.format(
            Locale.ROOT,
            "  ==> handoff %s to %s, confidence %.2f, because %s",
            handoff.path("parent_service").asText(),
            handoff.path("child_service").asText(),
            handoff.path("confidence").asDouble(),
            why));
  }

  private static Line logLine(JsonNode log) {
    String message = log.path("message").asText();
    String what = message.isEmpty() ? log.path("event_name").asText("") : message;
    return new Line(
        Instant.parse(log.path("timestamp").asText()),
        2,
        "",
        column(
            log.path("service").asText(), "  | " + log.path("severity").asText("") + " " + what));
  }

  private static String column(String service, String name) {
    String shown = name.length() > NAME_WIDTH ? name.substring(0, NAME_WIDTH - 1) + "…" : name;
    return String.format("  %-16s %-" + NAME_WIDTH + "s", service, shown);
  }

  private static List<Line> relative(List<Line> lines) {
    lines.sort(Comparator.comparing(Line::time).thenComparingInt(Line::rank));
    if (lines.isEmpty()) {
      return lines;
    }
    Instant start = lines.get(0).time();
    return lines.stream().map(line -> line.at(Duration.between(start, line.time()))).toList();
  }

  private String whereToLook(List<PlacedOrder> orders) {
    String base = "http://127.0.0.1:" + httpPort;
    String circuit = orders.get(0).order().circuitId();
    return String.format(
        "Where to look:%n"
            + "  page      %s/?id=%s%n"
            + "  circuit   curl %s/api/circuits/%s%n"
            + "  handoffs  curl '%s/api/handoffs?circuit_id=%s'%n"
            + "  trace     curl %s/api/traces/%s%n",
        base, circuit, base, circuit, base, circuit, base, orders.get(0).traceId());
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  /**
   * One line; {@code rank} orders lines of the same time, {@code spanId} is empty for what is no
   * span.
   */
  private record Line(Instant time, int rank, String spanId, String text) {

    Line at(Duration sinceStart) {
      return new Line(
          time, rank, spanId, String.format(Locale.ROOT, "  %+8.3f %s", seconds(sinceStart), text));
    }
  }
}
