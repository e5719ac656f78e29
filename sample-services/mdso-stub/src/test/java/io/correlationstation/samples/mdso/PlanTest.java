// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A plan in time that passes at once; arda is a real server. */
class PlanTest {

  private static final String CIRCUIT = "80.L1XX.000001..TEST";
  private static final String DEVICE_ERROR =
      "MDSO | Connectivity Error - Device Connect: unable to connect to device EXPLTXAA01W";

  private final FakeTime time = new FakeTime("2025-01-01T23:59:58.900Z");
  private final Market market = new Market(time);
  private final List<Instant> calls = new ArrayList<>();
  private int ardaStatus = 200;
  private HttpServer arda;

  @BeforeEach
  void startArda() throws IOException {
    arda = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    arda.createContext(
        "/arda/api/v1/topology",
        exchange -> {
          calls.add(time.instant());
          exchange.sendResponseHeaders(ardaStatus, -1);
          exchange.close();
        });
    arda.start();
  }

  @AfterEach
  void stopArda() {
    arda.stop(0);
  }

  @Test
  void run_goodOrder_tracesEveryProcessInsideTheService() throws Exception {
    Resource order = run(1, Set.of());

    assertThat(entries())
        .extracting(entry -> entry.path("process").asText() + " " + entry.path("state").asText())
        .containsExactly(
            "scripts.example.networkservice.Activate STARTED",
            "scripts.example.circuitdetailscollector.Activate STARTED",
            "scripts.example.circuitdetailscollector.Activate COMPLETED",
            "scripts.example.portactivation.Activate STARTED",
            "scripts.example.portactivation.Activate COMPLETED",
            "scripts.example.cpeactivator.Activate STARTED",
            "scripts.example.cpeactivator.Activate COMPLETED",
            "scripts.example.networkservice.Activate COMPLETED");
    assertThat(now(order).orchState()).isEqualTo("active");
    assertThat(now(order).reason()).isEmpty();
  }

  @Test
  void run_goodOrder_traceLogPointsAtTheOrder() throws Exception {
    Resource order = run(1, Set.of());

    JsonNode properties = traceLog().properties();
    assertThat(traceLog().label()).isEqualTo(CIRCUIT + ".orch_trace");
    assertThat(properties.path("origination_id").asText()).isEqualTo(order.id());
    assertThat(properties.path("circuit_name").asText()).isEqualTo(CIRCUIT);
    assertThat(properties.path("operation").asText()).isEqualTo("activate");
    assertThat(properties.path("start_time_sec").asLong())
        .isEqualTo(order.createdAt().getEpochSecond());
    assertThat(properties.path("trace_id").asText())
        .matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    assertThat(entries().get(0).path("resource_id").asText()).isEqualTo(order.id());
    assertThat(entries().get(1).path("resource_id").asText()).isNotEqualTo(order.id());
  }

  @Test
  void run_pastMidnight_elapsedTimeGoesOnAndTheTimeOfDayStartsAgain() throws Exception {
    run(1, Set.of());

    JsonNode first = entries().get(0);
    assertThat(first.path("timestamp").asText()).isEqualTo("23:59:59");
    assertThat(first.path("elapsed_time").asInt()).isEqualTo(1);
    assertThat(entries().get(3).path("timestamp").asText()).startsWith("00:00:0");
    assertThat(entries())
        .extracting(entry -> entry.path("elapsed_time").asInt())
        .isSorted()
        .last()
        .isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1, 7, 1_000})
  void run_anySpeed_theCallIsInsideTheCollectorInWholeSeconds(double speed) throws Exception {
    run(speed, Set.of());

    long start = traceLog().properties().path("start_time_sec").asLong();
    long collectorStarts = start + entries().get(1).path("elapsed_time").asLong();
    long collectorEnds = start + entries().get(2).path("elapsed_time").asLong();
    assertThat(calls).singleElement();
    assertThat(calls.get(0)).isAfterOrEqualTo(Instant.ofEpochSecond(collectorStarts));
    assertThat(calls.get(0)).isBeforeOrEqualTo(Instant.ofEpochSecond(collectorEnds));
  }

  @Test
  void run_unreachableCircuit_failsInThePortActivation() throws Exception {
    Resource order = run(1, Set.of(CIRCUIT));

    List<JsonNode> entries = entries();
    assertThat(entries).hasSize(6);
    assertThat(entries.get(4).path("process").asText()).contains("portactivation");
    assertThat(entries.get(4).path("state").asText()).isEqualTo("FAILED");
    assertThat(entries.get(4).path("categorized_error").asText()).isEqualTo(DEVICE_ERROR);
    assertThat(entries.get(4).path("message").asText())
        .isEqualTo("unable to connect to device EXPLTXAA01W");
    assertThat(entries.get(5).path("process").asText()).contains("networkservice");
    assertThat(entries.get(5).path("state").asText()).isEqualTo("FAILED");
    assertThat(entries.get(5).path("message").asText()).isEqualTo("child failed");
    assertThat(entries.get(5).has("categorized_error")).isFalse();
    assertThat(now(order).orchState()).isEqualTo("failed");
  }

  @Test
  void run_failedOrder_reasonIsTheNestedChainOfFailures() throws Exception {
    Resource order = run(1, Set.of(CIRCUIT));

    JsonNode failed = entries().get(4);
    String id = failed.path("resource_id").asText();
    assertThat(now(order).reason())
        .isEqualTo(
            "Failed task:(1) activate: Failed remote script 'activate'(exit code: 1): "
                + "Error in scripts.example.networkservice.Activate, Error: Resource "
                + id
                + " failed:Failed task:(1) activate: Failed remote script 'activate'(exit code: 1):"
                + " Error in scripts.example.portactivation.Activate, unable to connect to device"
                + " EXPLTXAA01W.  Please check file: "
                + failed.path("log_file").asText()
                + "{'resource_id': '"
                + id
                + "', 'operation': 'activate'}");
  }

  @Test
  void run_unreachableForTheCollector_failsThereAfterTheCall() throws Exception {
    run(1, Set.of(CIRCUIT + "@collector"));

    assertThat(calls).hasSize(1);
    assertThat(entries()).hasSize(4);
    JsonNode failed = entries().get(2);
    assertThat(failed.path("process").asText()).contains("circuitdetailscollector");
    assertThat(failed.path("categorized_error").asText()).isEqualTo(DEVICE_ERROR);
  }

  @Test
  void run_otherCircuitUnreachable_succeeds() throws Exception {
    Resource order = run(1, Set.of("80.L1XX.000009..TEST"));

    assertThat(now(order).orchState()).isEqualTo("active");
  }

  @Test
  void run_ardaFails_failsTheCollectorAndSaysWhoseFault() throws Exception {
    ardaStatus = 503;

    Resource order = run(1, Set.of());

    assertThat(entries().get(2).path("categorized_error").asText())
        .isEqualTo("SEnSE | System Error - Topology: topology service answers 503");
    assertThat(now(order).orchState()).isEqualTo("failed");
  }

  @Test
  void run_ardaDown_failsTheCollector() throws Exception {
    arda.stop(0);

    run(1, Set.of());

    assertThat(entries().get(2).path("categorized_error").asText())
        .isEqualTo("SEnSE | System Error - Topology: topology service does not answer");
  }

  @Test
  void run_whileItRuns_traceLogNeverShrinksAndEveryRevisionIsNew() throws Exception {
    List<Integer> sizes = new ArrayList<>();
    List<Long> revisions = new ArrayList<>();
    Pause watching =
        length -> {
          time.of(length);
          market.all().stream()
              .filter(resource -> resource.typeId().equals(TraceLog.TYPE_ID))
              .forEach(
                  log -> {
                    sizes.add(log.properties().path("orchestration_trace").size());
                    revisions.add(log.revision());
                  });
        };

    run(1, Set.of(), watching);

    assertThat(sizes).isSorted().contains(2, 4, 6);
    assertThat(revisions).isSorted();
  }

  private Resource run(double speed, Set<String> unreachable) throws Exception {
    return run(speed, unreachable, time);
  }

  private Resource run(double speed, Set<String> unreachable, Pause pause) throws Exception {
    ObjectNode properties = JsonNodeFactory.instance.objectNode().put("circuit_id", CIRCUIT);
    Resource order =
        market.create(
            CIRCUIT,
            MarketApi.NETWORK_SERVICE,
            MarketApi.NETWORK_SERVICE_PRODUCT,
            properties,
            "requested");
    Pace pace = new Pace(1, speed, 0, Duration.ofMillis(700), Duration.ofMillis(2_000));
    ArdaClient client =
        new ArdaClient(URI.create("http://127.0.0.1:" + arda.getAddress().getPort()));
    new Plan(
            order,
            unreachable,
            pace.ofOrder(0),
            new Plan.Surroundings(market, time, new CollectorLocks(time, pause), client, pause))
        .run();
    return order;
  }

  private Resource now(Resource order) {
    return market.all().stream().filter(r -> r.id().equals(order.id())).findAny().orElseThrow();
  }

  private Resource traceLog() {
    return market.all().stream()
        .filter(resource -> resource.typeId().equals(TraceLog.TYPE_ID))
        .findAny()
        .orElseThrow();
  }

  private List<JsonNode> entries() {
    List<JsonNode> entries = new ArrayList<>();
    traceLog().properties().path("orchestration_trace").forEach(entries::add);
    return entries;
  }
}
