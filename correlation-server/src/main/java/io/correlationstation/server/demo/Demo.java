// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The main job from start to end: start every part, place the orders, wait for their journeys, show
 * them.
 */
public final class Demo {

  private static final Duration JOURNEY_LIMIT = Duration.ofSeconds(90);

  private final DemoOptions options;
  private final DemoPorts ports;
  private final Progress progress;
  private final PrintWriter out;

  private Demo(DemoOptions options, DemoPorts ports, Progress progress, PrintWriter out) {
    this.options = options;
    this.ports = ports;
    this.progress = progress;
    this.out = out;
  }

  /**
   * Runs the demo.
   *
   * @param out gets the journeys
   * @param err gets the progress
   * @return whether every expected journey was observed through the API
   * @throws DemoFailure when a part can't be started
   */
  public static boolean run(DemoOptions options, PrintWriter out, PrintWriter err)
      throws IOException, InterruptedException {
    DemoPorts ports = DemoPorts.claim(options.wantedPorts());
    if (options.emptyFirst()) {
      empty(options.dataDir());
    }
    return new Demo(options, ports, new Progress(err), out).run();
  }

  private boolean run() throws IOException, InterruptedException {
    try (Stack stack = Stack.start(options, ports, Order.unreachableCircuit(), progress)) {
      Thread hook = new Thread(stack::close, "demo-stop");
      Runtime.getRuntime().addShutdownHook(hook);
      List<PlacedOrder> orders = placeOrders();
      Map<String, JsonNode> circuits = awaitJourneys(orders, stack);
      List<String> missing = new ArrayList<>(JourneyCheck.missing(orders, circuits));
      missing.addAll(missingSteps(orders, circuits));
      show(orders, circuits, missing);
      if (!options.once()) {
        serveUntilStopped(stack);
      }
      Runtime.getRuntime().removeShutdownHook(hook);
      return missing.isEmpty();
    }
  }

  private List<PlacedOrder> placeOrders() {
    List<Order> orders = Order.all();
    progress.say("places " + orders.size() + " orders at once");
    List<PlacedOrder> placed = new OrderDesk(ports.beorn()).placeAll(orders);
    progress.say("beorn took all orders; MDSO works on them, without any trace context");
    return placed;
  }

  private Map<String, JsonNode> awaitJourneys(List<PlacedOrder> orders, Stack stack)
      throws InterruptedException {
    StationApi api = new StationApi(ports.http());
    long deadline = System.nanoTime() + JOURNEY_LIMIT.toNanos();
    Map<String, JsonNode> circuits = circuits(api, orders);
    List<String> missing = JourneyCheck.missing(orders, circuits);
    int told = orders.size() + 1;
    while (!missing.isEmpty() && System.nanoTime() < deadline) {
      stack.requireServicesAlive();
      int open = ordersOpen(orders, missing);
      if (open < told) {
        progress.say((orders.size() - open) + " of " + orders.size() + " journeys are whole");
        told = open;
      }
      Stack.pause();
      circuits = circuits(api, orders);
      missing = JourneyCheck.missing(orders, circuits);
    }
    progress.say(
        missing.isEmpty()
            ? "all journeys are whole"
            : "gives up after " + JOURNEY_LIMIT.toSeconds() + " s");
    return circuits;
  }

  private List<String> missingSteps(List<PlacedOrder> orders, Map<String, JsonNode> circuits)
      throws InterruptedException {
    StationApi api = new StationApi(ports.http());
    List<String> missing = new ArrayList<>();
    for (PlacedOrder order : orders) {
      List<JsonNode> spans = new ArrayList<>();
      for (String traceId : JourneyCheck.traceIds(JourneyCheck.journeyOf(order, circuits))) {
        api.trace(traceId).path("spans").forEach(spans::add);
      }
      missing.addAll(JourneyCheck.missingSteps(order, spans));
    }
    return missing;
  }

  private static int ordersOpen(List<PlacedOrder> orders, List<String> missing) {
    return (int)
        orders.stream()
            .filter(o -> missing.stream().anyMatch(m -> m.contains('"' + o.order().label() + '"')))
            .count();
  }

  private static Map<String, JsonNode> circuits(StationApi api, List<PlacedOrder> orders)
      throws InterruptedException {
    Map<String, JsonNode> circuits = new TreeMap<>();
    for (PlacedOrder order : orders) {
      String circuitId = order.order().circuitId();
      if (!circuits.containsKey(circuitId)) {
        circuits.put(circuitId, api.circuit(circuitId));
      }
    }
    return circuits;
  }

  private void show(List<PlacedOrder> orders, Map<String, JsonNode> circuits, List<String> missing)
      throws InterruptedException {
    Report report = new Report(new StationApi(ports.http()), ports.http());
    out.print(
        options.json()
            ? report.json(orders, circuits, missing)
            : report.text(orders, circuits, missing));
    out.flush();
  }

  private void serveUntilStopped(Stack stack) throws InterruptedException {
    progress.say("serves http://127.0.0.1:" + ports.http() + "/ until Ctrl-C");
    while (true) {
      stack.requireServicesAlive();
      Stack.pause();
    }
  }

  private static void empty(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(Demo::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
