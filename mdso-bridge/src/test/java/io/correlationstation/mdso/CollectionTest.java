// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.correlationstation.mdso.Fixtures.CIRCUIT;
import static io.correlationstation.mdso.Fixtures.COLLECTOR_ID;
import static io.correlationstation.mdso.Fixtures.SERVICE_ID;
import static io.correlationstation.mdso.Fixtures.entry;
import static io.correlationstation.mdso.Fixtures.networkService;
import static io.correlationstation.mdso.Fixtures.traceLog;
import static io.correlationstation.mdso.RecordingSink.attribute;
import static io.correlationstation.mdso.StubOrchestrator.RESOURCES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.client.WireMock;
import io.correlationstation.mdso.telemetry.MetricPoint;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CollectionTest {

  private static final String LOG_ID = "44444444-4444-4444-8444-444444444444";

  @TempDir Path dataDir;

  private final StubOrchestrator orchestrator = new StubOrchestrator();
  private final RecordingSink sink = new RecordingSink();
  private final MovableClock clock = new MovableClock(Fixtures.NOW);
  private final Map<String, String> environment = orchestrator.environment();
  private MdsoBridge bridge;

  @AfterEach
  void stop() {
    if (bridge != null) {
      bridge.close();
    }
    orchestrator.close();
  }

  @Test
  void collect_resourceStillActivating_waitsUntilItIsDone() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "activating"));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());
    run("network_service");
    assertThat(spans()).isEmpty();

    ObjectNode failed = networkService(SERVICE_ID, "failed").put("revision", 1_000_009);
    orchestrator.list("NetworkService", failed);
    run("network_service");

    assertThat(spans()).hasSize(3);
  }

  @Test
  void collect_resourceStandsStillForTheSettleTime_isSentThoughItsRevisionDoes() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "activating"));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());
    run("network_service");

    clock.set(Instant.parse("2025-01-01T00:03:06Z"));
    run("network_service");
    assertThat(spans()).isEmpty();

    clock.set(Instant.parse("2025-01-01T00:03:07Z"));
    run("network_service");
    assertThat(spans()).hasSize(3);
  }

  @Test
  void collect_traceGrowsAfterItsExport_sendsOnlyWhatIsNew() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "active"));
    orchestrator.traceLogs(SERVICE_ID, log(service("STARTED", 2), service("COMPLETED", 9)));
    run("network_service");
    assertThat(spans()).hasSize(2);

    orchestrator.traceLogs(
        SERVICE_ID,
        log(
            service("STARTED", 2),
            service("COMPLETED", 9),
            entry("PortActivation", COLLECTOR_ID, "STARTED", "", 20),
            entry("PortActivation", COLLECTOR_ID, "COMPLETED", "", 30)));
    clock.set(Fixtures.NOW.plus(Duration.ofMinutes(5)));
    run("network_service");

    assertThat(spans())
        .extracting(Span::getName)
        .containsExactly(
            "mdso.workflow.NetworkService",
            "mdso.product.NetworkService",
            "mdso.product.PortActivation");
    assertThat(sink.records("mdso-scriptplan")).hasSize(4);
    run("network_service");
    assertThat(spans()).hasSize(3);
  }

  @Test
  void collect_lookupFails_isPartialAndAskedAgain() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.server.stubFor(
        StubOrchestrator.traceLogLookup(SERVICE_ID).willReturn(aResponse().withStatus(500)));
    JobView job = run("network_service");
    assertThat(job.status()).isEqualTo("partial");
    assertThat(job.errors()).singleElement().asString().contains("HTTP 500");
    assertThat(job.counts()).containsEntry("failed", 1L);

    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());
    assertThat(run("network_service").status()).isEqualTo("succeeded");

    assertThat(spans()).hasSize(3);
  }

  @Test
  void collect_listingFails_isFailedAndLeavesTheWatermark() throws Exception {
    orchestrator.server.stubFor(
        StubOrchestrator.listing("NetworkService").willReturn(aResponse().withStatus(500)));

    JobView job = run("network_service");

    assertThat(job.status()).isEqualTo("failed");
    assertThat(job.errors()).singleElement().asString().contains("HTTP 500");
    assertThat(Files.exists(dataDir.resolve("mdso-checkpoint.json"))).isFalse();
  }

  @Test
  void collect_loginRefused_isFailedAfterOneLoginForAllTypes() throws Exception {
    orchestrator.server.stubFor(
        post(urlPathEqualTo(StubOrchestrator.TOKENS)).willReturn(aResponse().withStatus(401)));
    environment.put("MDSO_CADENCE", "1s");
    start();

    await().until(() -> metric("mdso.log_collection.duration").count() == 7);

    orchestrator.server.verify(1, postRequestedFor(urlPathEqualTo(StubOrchestrator.TOKENS)));
  }

  @Test
  void collect_resourceDeletedItself_sendsItsTraceAllTheSame() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "activating"));
    run("network_service");
    orchestrator.list("NetworkService");
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());

    run("network_service");

    assertThat(spans()).hasSize(3);
  }

  @Test
  void collect_traceLogMissing_isSkippedOnceSettled() throws Exception {
    clock.set(Fixtures.NOW.plus(Duration.ofMinutes(5)));
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "active"));

    JobView job = run("network_service");

    assertThat(job.status()).isEqualTo("succeeded");
    assertThat(job.counts()).containsEntry("skipped", 1L);
    assertThat(metric("mdso.tracelogs.skipped").attributes()).containsEntry("reason", "missing");
    assertThat(run("network_service").counts()).containsEntry("due", 0L);
  }

  @Test
  void collect_zeroTraceId_isSkippedAndCounted() throws Exception {
    ObjectNode log = Fixtures.failedTraceLog();
    ((ObjectNode) log.get("properties")).put("trace_id", "00000000-0000-0000-0000-000000000000");
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.traceLogs(SERVICE_ID, log);

    run("network_service");

    assertThat(spans()).isEmpty();
    assertThat(metric("mdso.tracelogs.skipped").attributes())
        .containsEntry("reason", "no_trace_id");
  }

  @Test
  void collect_foundByLabelOnly_comparesExactlyAndConcernsTheResource() throws Exception {
    ObjectNode own = Fixtures.failedTraceLog();
    ((ObjectNode) own.get("properties")).remove("origination_id");
    ObjectNode ofOtherOrder = traceLog("other-1", "other-service", service("STARTED", 1));
    ((ObjectNode) ofOtherOrder.at("/properties/orchestration_trace/0")).put("resource_id", "other");
    ObjectNode ofOtherLabel = Fixtures.failedTraceLog().put("id", "other-2");
    ofOtherLabel.put("label", CIRCUIT + ".orch_trace.old");
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.server.stubFor(
        get(urlPathEqualTo(RESOURCES))
            .withQueryParam("p", equalTo("label:" + CIRCUIT + ".orch_trace"))
            .willReturn(okJson(Fixtures.page(own, ofOtherOrder, ofOtherLabel))));

    run("network_service");

    assertThat(spans()).hasSize(3);
    assertThat(sink.records("mdso-scriptplan")).hasSize(4);
  }

  @ParameterizedTest
  @CsvSource({"80:L1XX", "'80,L1XX'"})
  void collect_circuitThatCannotBeFiltered_isNeverSentInAFilter(String circuit) throws Exception {
    ObjectNode resource = networkService(SERVICE_ID, "failed");
    resource.put("label", circuit);
    ((ObjectNode) resource.get("properties")).put("circuit_id", circuit);
    orchestrator.list("NetworkService", resource);

    run("network_service");

    orchestrator.server.verify(
        0, getRequestedFor(urlPathEqualTo(RESOURCES)).withQueryParam("p", WireMock.matching(".*")));
  }

  @Test
  void collect_moreThanTenTraceLogs_followsThePages() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "active"));
    ObjectNode second = log(service("COMPLETED", 9)).put("id", "log-2");
    second.put("createdAt", "2025-01-01T00:00:09.000Z");
    orchestrator.server.stubFor(
        StubOrchestrator.traceLogLookup(SERVICE_ID)
            .willReturn(okJson(Fixtures.page("next", log(service("STARTED", 2))))));
    orchestrator.server.stubFor(
        StubOrchestrator.traceLogLookup(SERVICE_ID)
            .withQueryParam("pageToken", equalTo("next"))
            .willReturn(okJson(Fixtures.page(second))));

    run("network_service");

    assertThat(spans()).hasSize(2);
    assertThat(attribute(spans().get(1), "mdso.span.incomplete")).isNull();
  }

  @Test
  void collect_childProduct_takesTheRootFromItsParentOrder() throws Exception {
    ObjectNode port =
        Fixtures.resource(
            "PortActivation", COLLECTOR_ID, "failed", "2025-01-01T00:01:07.000Z", 1_000_003);
    orchestrator.list("PortActivation", port);
    orchestrator.server.stubFor(
        get(urlPathEqualTo(RESOURCES))
            .withQueryParam("p", equalTo("label:" + CIRCUIT + ".orch_trace"))
            .willReturn(okJson(Fixtures.page(Fixtures.failedTraceLog()))));
    orchestrator.server.stubFor(
        get(urlPathEqualTo(RESOURCES + "/" + SERVICE_ID))
            .willReturn(okJson(networkService(SERVICE_ID, "active").toString())));

    run("port_activation");

    Span root = spans().get(0);
    assertThat(root.getName()).isEqualTo("mdso.workflow.NetworkService");
    assertThat(attribute(root, "mdso.product_type")).isEqualTo("network_service");
    assertThat(root.getStatus().getCodeValue()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "service_mapper, ServiceMapper",
    "network_service, NetworkService",
    "network_service_update, NetworkServiceUpdate",
    "cpe_activator, cpeActivator",
    "managed_services, ManagedServicesActivator",
    "port_activation, PortActivation",
    "disconnect_mapper, DisconnectMapper"
  })
  void collect_eachProductType_findsItsCircuit(String productType, String suffix) throws Exception {
    ObjectNode resource =
        Fixtures.resource(suffix, SERVICE_ID, "active", "2025-01-01T00:01:07.000Z", 1);
    if (productType.equals("disconnect_mapper")) {
      resource.put("label", "disconnect of a circuit");
      ((ObjectNode) resource.get("properties")).removeAll();
    }
    orchestrator.list(suffix, resource);
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());

    run(productType);

    assertThat(spans())
        .isNotEmpty()
        .allSatisfy(span -> assertThat(attribute(span, "mdso.circuit_id")).isEqualTo(CIRCUIT));
    assertThat(attribute(spans().get(0), "mdso.product_type")).isEqualTo(productType);
    assertThat(spans().get(0).getName()).isEqualTo("mdso.workflow." + suffix);
  }

  @Test
  void collect_resourceWithSeveralIdentifiers_isOfferedAsAliases() throws Exception {
    ObjectNode resource = networkService(SERVICE_ID, "active");
    resource.put("providerResourceId", "bpo_1_2").put("orderId", "order-17");
    ObjectNode devices = ((ObjectNode) resource.get("properties")).putObject("device_properties");
    devices.putObject("EXPLTXAA01W").put("Management IP", "192.0.2.10");
    devices.putObject("EXPLTXAA02W").put("Management IP", "192.0.2.11");
    orchestrator.list("NetworkService", resource);

    run("network_service");
    run("network_service");

    List<LogRecord> records =
        sink.records("mdso-log-collector").stream()
            .filter(record -> record.getEventName().equals("mdso.resource.observed"))
            .toList();
    assertThat(records).hasSize(2);
    LogRecord first = records.get(0);
    assertThat(
            Stream.of("circuit_id", "resource_id", "provider_resource_id", "order_id", "tid")
                .map(key -> attribute(first, key)))
        .containsExactly(CIRCUIT, SERVICE_ID, "bpo_1_2", "order-17", "EXPLTXAA01W");
    assertThat(attribute(records.get(1), "management_ip")).isEqualTo("192.0.2.11");
  }

  @Test
  void collect_anyRun_nestsItsSpansAcrossTheWorkers() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());

    run("network_service");
    await().until(() -> own("mdso.scheduled_collection") != null);

    Span collection = own("mdso.collect_product_logs");
    Span circuit = own("mdso.process_circuit");
    assertThat(collection.getParentSpanId())
        .isEqualTo(own("mdso.scheduled_collection").getSpanId());
    assertThat(own("mdso.api.get_resources").getParentSpanId()).isEqualTo(collection.getSpanId());
    assertThat(own("mdso.filter_resources").getParentSpanId()).isEqualTo(collection.getSpanId());
    assertThat(circuit.getParentSpanId()).isEqualTo(collection.getSpanId());
    assertThat(own("mdso.parse_orch_trace").getParentSpanId()).isEqualTo(circuit.getSpanId());
    assertThat(attribute(circuit, "mdso.circuit_id")).isEqualTo(CIRCUIT);
    assertThat(attribute(collection, "mdso.time_range")).isEqualTo("3h");
    assertThat(
            sink.spans("mdso-log-collector").stream()
                .map(Span::getTraceId)
                .collect(Collectors.toSet()))
        .hasSize(1);
  }

  @Test
  void collect_anyRun_carriesItsBaggageAcrossTheWorkers() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());
    start();

    String id = bridge.trigger("network_service", "1d").jobId();
    await().until(() -> bridge.job(id).endedAt() != null);

    Map<String, String> carried = new HashMap<>();
    sink.baggageOfTraces.get(0).forEach((key, entry) -> carried.put(key, entry.getValue()));
    assertThat(carried)
        .containsEntry("circuit_id", CIRCUIT)
        .containsEntry("resource_id", SERVICE_ID)
        .containsEntry("product_id", "22222222-2222-4222-8222-222222222222")
        .containsEntry("product.type", "network_service")
        .containsEntry("product_type", "network_service")
        .containsEntry("mdso.server", "localhost")
        .containsEntry("mdso_server", "localhost")
        .containsEntry("time.range", "1d")
        .containsEntry("environment", "dev");
  }

  @Test
  void collect_anyRun_reportsMetricsByTheirNames() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());

    run("network_service");
    await().until(() -> !sink.metricRequests.isEmpty());

    assertThat(
            sink.lastMetrics().getResourceMetrics(0).getScopeMetrics(0).getMetricsList().stream()
                .map(each -> each.getName()))
        .contains(
            "mdso.api.calls",
            "mdso.circuits.processing",
            "mdso.errors.detected",
            "mdso.log_collection.duration",
            "mdso.logs.collected",
            "mdso.collection.lag",
            "mdso.collection.last_success");
    assertThat(metric("mdso.circuits.processing").value()).isZero();
    assertThat(metric("mdso.logs.collected").value()).isEqualTo(4);
  }

  @Test
  void trigger_whileOneIsQueuedOrRunning_givesThatOne() throws Exception {
    orchestrator.server.stubFor(
        StubOrchestrator.listing("NetworkService")
            .willReturn(okJson(Fixtures.page()).withFixedDelay(500)));
    start();

    String first = bridge.trigger("network_service", null).jobId();

    assertThat(bridge.trigger("network_service", "1w").jobId()).isEqualTo(first);
    await().until(() -> bridge.job(first).endedAt() != null);
    assertThat(bridge.trigger("network_service", null).jobId()).isNotEqualTo(first);
  }

  @Test
  void trigger_olderTimeRange_reachesBack() throws Exception {
    orchestrator.list(
        "NetworkService",
        Fixtures.resource("NetworkService", SERVICE_ID, "failed", "2024-12-28T00:00:00.000Z", 5));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());
    assertThat(run("network_service").counts()).containsEntry("due", 0L);

    String id = bridge.trigger("network_service", "1w").jobId();
    await().until(() -> bridge.job(id).endedAt() != null);

    assertThat(bridge.job(id).timeRange()).isEqualTo("1w");
    assertThat(spans()).hasSize(3);
  }

  @Test
  void schedule_cadenceOfASecond_collectsAllTypes() throws Exception {
    environment.put("MDSO_CADENCE", "1s");
    start();

    await()
        .until(
            () ->
                bridge.metrics().stream()
                        .filter(point -> point.name().equals("mdso.collection.last_success"))
                        .count()
                    == 7);
  }

  @Test
  void restart_afterTheAcknowledgement_sendsNothingTwice() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());
    run("network_service");
    restart();

    run("network_service");

    assertThat(spans()).hasSize(3);
  }

  @Test
  void crash_afterTheAcknowledgementBeforeTheCheckpoint_sendsTheSameBytesAgain() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());
    run("network_service");
    bridge.close();
    Files.delete(dataDir.resolve("mdso-checkpoint.json"));
    bridge = null;

    run("network_service");

    List<byte[]> traces =
        sink.traceRequests.stream().filter(each -> contains(each, "mdso-scriptplan")).toList();
    assertThat(traces).hasSize(2);
    assertThat(traces.get(1)).isEqualTo(traces.get(0));
    List<byte[]> logs =
        sink.logRequests.stream().filter(each -> contains(each, "mdso-scriptplan")).toList();
    assertThat(logs.get(1)).isEqualTo(logs.get(0));
  }

  @Test
  void crash_beforeTheAcknowledgement_losesNothing() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());
    sink.refuses = true;
    assertThat(run("network_service").status()).isEqualTo("partial");
    sink.refuses = false;
    restart();

    run("network_service");

    assertThat(spans()).hasSize(3);
  }

  @Test
  void restart_corruptCheckpoint_isPutAsideUnchangedAndFilledAgain() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());
    run("network_service");
    bridge.close();
    Path file = dataDir.resolve("mdso-checkpoint.json");
    Files.writeString(file, "{\"version\":1,\"prod");
    bridge = null;

    run("network_service");

    assertThat(spans()).hasSize(6);
    try (Stream<Path> files = Files.list(dataDir)) {
      assertThat(files.filter(each -> each.toString().contains(".corrupt-")).toList())
          .singleElement()
          .satisfies(aside -> assertThat(aside).hasContent("{\"version\":1,\"prod"));
    }
  }

  @Test
  void collect_logFiles_readsWhatIsNewInEveryRun() throws Exception {
    Path logs = Files.createDirectory(dataDir.resolve("logs"));
    Path file = Files.writeString(logs.resolve("a.log"), "circuit_id=" + CIRCUIT + " one\n");
    environment.put("MDSO_LOG_PATHS", logs + "/*.log");
    run("network_service");
    restart();
    Files.writeString(file, "two\n", java.nio.file.StandardOpenOption.APPEND);

    JobView job = run("network_service");

    assertThat(job.counts()).containsEntry("logs", 1L);
    assertThat(sink.records("blueplanet"))
        .extracting(record -> record.getBody().getStringValue())
        .containsExactly("circuit_id=" + CIRCUIT + " one", "two");
  }

  @Test
  void collect_listingFails_readsLogFilesAllTheSame() throws Exception {
    orchestrator.server.stubFor(
        StubOrchestrator.listing("NetworkService").willReturn(aResponse().withStatus(500)));
    Path logs = Files.createDirectory(dataDir.resolve("logs"));
    Files.writeString(logs.resolve("a.log"), "circuit_id=" + CIRCUIT + " one\n");
    environment.put("MDSO_LOG_PATHS", logs.toString());

    JobView job = run("network_service");

    assertThat(job.status()).isEqualTo("failed");
    assertThat(sink.records("blueplanet")).hasSize(1);
    assertThat(bridge.status().problem()).contains("network_service", "HTTP 500");

    orchestrator.list("NetworkService");
    run("network_service");
    assertThat(bridge.status().isFine()).isTrue();
    assertThat(sink.records("blueplanet")).hasSize(1);
  }

  @Test
  void collect_logFileRotated_saysSoAndReadsNothingTwice() throws Exception {
    Path logs = Files.createDirectory(dataDir.resolve("logs"));
    Path file = logs.resolve("a.log");
    Files.writeString(
        file, "a line that is long enough to recognise the file by ".repeat(3) + "\n");
    environment.put("MDSO_LOG_PATHS", logs.toString());
    run("network_service");
    Files.move(file, logs.resolve("a.log.1"));
    Files.writeString(file, "the new file\n");

    run("network_service");
    await().until(() -> eventNames().contains("log_archived"));

    assertThat(sink.records("blueplanet")).hasSize(2);
  }

  @Test
  void start_newDataDirectory_saysSo() throws Exception {
    dataDir = dataDir.resolve("new");

    run("network_service");
    restart();
    run("network_service");
    await().until(() -> metric("mdso.log_collection.duration").count() == 1);

    assertThat(sink.records("mdso-log-collector"))
        .extracting(LogRecord::getEventName)
        .containsOnlyOnce("directory_created");
  }

  @Test
  void errors_restart_areStillCounted() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.traceLogs(SERVICE_ID, withStrangeError());
    run("network_service");
    List<ErrorRow> before = bridge.errors();
    List<UnclassifiedRow> unclassified = bridge.unclassified();
    assertThat(before).extracting(ErrorRow::count).containsExactly(1L, 1L);
    assertThat(unclassified).hasSize(1);

    restart();
    start();

    assertThat(bridge.errors()).isEqualTo(before);
    assertThat(bridge.unclassified()).isEqualTo(unclassified);
    assertThat(bridge.errors("NetworkService", "1h")).hasSize(1);
  }

  @Test
  void errors_crashBeforeTheCheckpoint_areCountedOnce() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());
    run("network_service");
    List<ErrorRow> before = bridge.errors();
    bridge.close();
    Files.delete(dataDir.resolve("mdso-checkpoint.json"));
    bridge = null;

    run("network_service");

    assertThat(bridge.errors()).isEqualTo(before);
  }

  @Test
  void restart_checkpointOfBeforeErrorsWereKept_isTakenUp() throws Exception {
    orchestrator.list("NetworkService", networkService(SERVICE_ID, "failed"));
    orchestrator.traceLogs(SERVICE_ID, Fixtures.failedTraceLog());
    run("network_service");
    restart();
    Path file = dataDir.resolve("mdso-checkpoint.json");
    ObjectNode state = (ObjectNode) Fixtures.JSON.readTree(file.toFile());
    assertThat(state.remove("errors")).isNotNull();
    Files.writeString(file, state.toString());

    run("network_service");

    assertThat(spans()).hasSize(3);
    assertThat(bridge.errors()).isEmpty();
  }

  private static ObjectNode withStrangeError() {
    ObjectNode log = Fixtures.failedTraceLog();
    ((ObjectNode) log.at("/properties/orchestration_trace/2"))
        .put("categorized_error", "the moon was in the wrong house");
    return log;
  }

  private List<String> eventNames() {
    return Stream.concat(
            sink.records("mdso-log-collector").stream().map(LogRecord::getEventName),
            sink.spans("mdso-log-collector").stream()
                .flatMap(span -> span.getEventsList().stream())
                .map(Span.Event::getName))
        .toList();
  }

  private JobView run(String productType) throws IOException {
    start();
    String id = bridge.trigger(productType, null).jobId();
    await().until(() -> bridge.job(id).endedAt() != null);
    return bridge.job(id);
  }

  private void start() throws IOException {
    if (bridge == null) {
      bridge =
          MdsoBridge.start(
              MdsoConfig.fromEnvironment(environment), sink, dataDir, clock, pause -> {});
    }
  }

  private void restart() {
    bridge.close();
    bridge = null;
  }

  private List<Span> spans() {
    return sink.spans("mdso-scriptplan");
  }

  private Span own(String name) {
    return sink.spans("mdso-log-collector").stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElse(null);
  }

  private MetricPoint metric(String name) {
    List<MetricPoint> points =
        bridge.metrics().stream().filter(point -> point.name().equals(name)).toList();
    return points.size() == 1
        ? points.get(0)
        : new MetricPoint(
            name,
            MetricPoint.Kind.COUNTER,
            Map.of(),
            points.stream().mapToDouble(MetricPoint::value).sum(),
            points.stream().mapToLong(MetricPoint::count).sum(),
            List.of());
  }

  private static boolean contains(byte[] bytes, String text) {
    return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).contains(text);
  }

  private static ObjectNode service(String state, int elapsed) {
    return entry("NetworkService", SERVICE_ID, state, state + " PROCESSING", elapsed);
  }

  private static ObjectNode log(ObjectNode... entries) {
    return traceLog(LOG_ID, SERVICE_ID, Arrays.copyOf(entries, entries.length));
  }
}
