// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import static io.correlationstation.mdso.Fixtures.COLLECTOR_ID;
import static io.correlationstation.mdso.Fixtures.SERVICE_ID;
import static io.correlationstation.mdso.Fixtures.START;
import static io.correlationstation.mdso.Fixtures.TRACE_ID;
import static io.correlationstation.mdso.Fixtures.entry;
import static io.correlationstation.mdso.Fixtures.traceLog;
import static io.correlationstation.mdso.RecordingSink.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.correlationstation.mdso.Fixtures;
import io.correlationstation.mdso.errors.RuleBook;
import io.correlationstation.mdso.errors.RuleSet;
import io.correlationstation.mdso.market.MdsoResource;
import io.correlationstation.mdso.tracelog.MappedTrace.Found;
import io.correlationstation.mdso.tracelog.MappedTrace.MappedRecord;
import io.correlationstation.mdso.tracelog.MappedTrace.MappedSpan;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceLogMapperTest {

  private static final String PORT_ID = "66666666-6666-4666-8666-666666666666";
  private static final RuleSet RULES = RuleBook.open(null).rules();

  @Test
  void map_sampleOfTheContract_givesItsSpans() {
    MappedTrace trace = map("failed", Fixtures.failedTraceLog());

    Span root = span(trace, "mdso.workflow.NetworkService");
    assertThat(root.getParentSpanId()).isEmpty();
    assertThat(seconds(root)).containsExactly(1735689602L, 1735689667L);
    assertThat(root.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
    assertThat(root.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_INTERNAL);
    assertThat(attribute(root, "mdso.operation")).isEqualTo("activate");
    assertThat(attribute(root, "mdso.product_type")).isEqualTo("network_service");
    assertThat(attribute(root, "mdso.resource_id")).isEqualTo(SERVICE_ID);
    assertThat(attribute(root, "mdso.defect_code")).isEqualTo("DE-1001");
    Span collector = span(trace, "mdso.product.CircuitDetailsCollector");
    assertThat(seconds(collector)).containsExactly(1735689605L, 1735689666L);
    assertThat(collector.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
    assertThat(attribute(collector, "mdso.defect_code")).isEqualTo("DE-1001");
    assertThat(attribute(collector, "mdso.resource_id")).isEqualTo(COLLECTOR_ID);
    assertThat(attribute(collector, "mdso.trace_id")).isEqualTo(Fixtures.TRACE_UUID);
    assertThat(attribute(collector, "mdso.time.precision")).isEqualTo("s");
    assertThat(collector.getParentSpanId())
        .isEqualTo(span(trace, "mdso.product.NetworkService").getSpanId());
    Span.Event event = collector.getEvents(0);
    assertThat(event.getName()).isEqualTo("exception");
    assertThat(event.getTimeUnixNano()).isEqualTo(1735689666L * 1_000_000_000);
    assertThat(attribute(event.getAttributesList(), "exception.type")).isEqualTo("mdso.plan_error");
    assertThat(attribute(event.getAttributesList(), "exception.message"))
        .isEqualTo("unable to connect to device EXPLTXAA01W");
  }

  @Test
  void map_everyEntry_becomesALogRecordOfItsSpan() {
    MappedTrace trace = map("failed", Fixtures.failedTraceLog());

    List<LogRecord> records = trace.records().stream().map(MappedRecord::record).toList();
    assertThat(records).hasSize(4);
    LogRecord failed = records.get(2);
    assertThat(failed.getSeverityNumber()).isEqualTo(SeverityNumber.SEVERITY_NUMBER_ERROR);
    assertThat(failed.getSpanId())
        .isEqualTo(span(trace, "mdso.product.CircuitDetailsCollector").getSpanId());
    assertThat(attribute(failed, "circuit_id")).isEqualTo(Fixtures.CIRCUIT);
    assertThat(attribute(failed, "resource_id")).isEqualTo(COLLECTOR_ID);
    assertThat(records.get(0).getSeverityNumber()).isEqualTo(SeverityNumber.SEVERITY_NUMBER_INFO);
  }

  @Test
  void map_activeResourceWithFailedChild_rootIsNotAnError() {
    MappedTrace trace = map("active", Fixtures.failedTraceLog());

    assertThat(span(trace, "mdso.workflow.NetworkService").getStatus().getCode())
        .isEqualTo(StatusCode.STATUS_CODE_UNSET);
  }

  @Test
  void map_failedInUpperCase_rootIsAnError() {
    assertThat(
            span(map("FAILED", Fixtures.failedTraceLog()), "mdso.workflow.NetworkService")
                .getStatus()
                .getCode())
        .isEqualTo(StatusCode.STATUS_CODE_ERROR);
  }

  @Test
  void map_lostCompleted_spanIsIncompleteAndAdoptsNoSibling() {
    MappedTrace trace =
        map(
            "active",
            log(
                service("STARTED", 2),
                collector("STARTED", 5),
                port("STARTED", 20),
                port("COMPLETED", 30),
                service("COMPLETED", 40)));

    Span lost = span(trace, "mdso.product.CircuitDetailsCollector");
    assertThat(attribute(lost, "mdso.span.incomplete")).isEqualTo("true");
    assertThat(seconds(lost)).containsExactly(START + 5, START + 40);
    assertThat(lost.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
    assertThat(span(trace, "mdso.product.PortActivation").getParentSpanId())
        .isEqualTo(span(trace, "mdso.product.NetworkService").getSpanId());
    assertThat(found(trace, Found.START_ONLY)).isEqualTo(1);
  }

  @Test
  void map_lostStarted_spanHasNoLengthAndASyntheticStart() {
    MappedTrace trace =
        map(
            "active",
            log(service("STARTED", 2), collector("COMPLETED", 9), service("COMPLETED", 10)));

    Span lost = span(trace, "mdso.product.CircuitDetailsCollector");
    assertThat(seconds(lost)).containsExactly(START + 9, START + 9);
    assertThat(attribute(lost, "mdso.span.synthetic_start")).isEqualTo("true");
    assertThat(found(trace, Found.END_ONLY)).isEqualTo(1);
  }

  @Test
  void map_lostStartOfAFailure_isAnErrorAllTheSame() {
    Span lost =
        span(map("failed", log(collector("FAILED", 9))), "mdso.product.CircuitDetailsCollector");

    assertThat(lost.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
  }

  @Test
  void map_exactDuplicates_countOnce() {
    ObjectNode[] entries = {
      service("STARTED", 2), service("STARTED", 2), service("COMPLETED", 9), service("COMPLETED", 9)
    };

    MappedTrace trace = map("active", log(entries));

    assertThat(trace.records()).hasSize(2);
    assertThat(trace.spans()).hasSize(2);
  }

  @Test
  void map_equalButForOneField_isNoDuplicate() {
    ObjectNode other = service("STARTED", 2);
    other.put("resource_name", "other");

    assertThat(map("active", log(service("STARTED", 2), other)).records()).hasSize(2);
  }

  @Test
  void map_outOfOrder_givesTheSameAsInOrder() {
    ObjectNode[] inOrder = {
      service("STARTED", 2),
      collector("STARTED", 5),
      collector("COMPLETED", 9),
      service("COMPLETED", 10)
    };
    ObjectNode[] shuffled = {inOrder[3], inOrder[1], inOrder[2], inOrder[0]};

    assertThat(map("active", log(shuffled)).spans()).isEqualTo(map("active", log(inOrder)).spans());
  }

  @Test
  void map_twoLogsOfOneTrace_areMergedByCreation() {
    ObjectNode first = log(service("STARTED", 2), collector("STARTED", 5));
    ObjectNode second = log(collector("COMPLETED", 9), service("COMPLETED", 10));
    second.put("id", "44444444-4444-4444-8444-444444444445");
    second.put("createdAt", "2025-01-01T00:00:08.000Z");

    MappedTrace trace = map("active", second, first);

    assertThat(trace.spans()).hasSize(3);
    assertThat(found(trace, Found.BOTH)).isEqualTo(3);
  }

  @Test
  void map_twoOriginations_haveARootEach() {
    ObjectNode other =
        traceLog("44444444-4444-4444-8444-444444444446", PORT_ID, port("STARTED", 3));

    MappedTrace trace = map("failed", log(service("STARTED", 2), service("COMPLETED", 9)), other);

    assertThat(trace.spans())
        .filteredOn(each -> each.span().getParentSpanId().isEmpty())
        .extracting(each -> attribute(each.span(), "mdso.resource_id"))
        .containsExactlyInAnyOrder(SERVICE_ID, PORT_ID);
    assertThat(span(trace, "mdso.workflow.PortActivation").getStatus().getCode())
        .isEqualTo(StatusCode.STATUS_CODE_UNSET);
  }

  @Test
  void map_sameProcessTwiceNested_lastOpenedClosesFirst() {
    MappedTrace trace =
        map(
            "active",
            log(
                collector("STARTED", 1),
                collector("STARTED", 2),
                collector("COMPLETED", 3),
                collector("COMPLETED", 9)));

    List<Span> spans =
        trace.spans().stream()
            .map(MappedSpan::span)
            .filter(each -> each.getName().endsWith("Collector"))
            .toList();
    assertThat(seconds(spans.get(0))).containsExactly(START + 1, START + 9);
    assertThat(seconds(spans.get(1))).containsExactly(START + 2, START + 3);
    assertThat(spans.get(1).getParentSpanId()).isEqualTo(spans.get(0).getSpanId());
    assertThat(trace.spans().get(1).id())
        .isEqualTo(
            TraceIds.spanId(
                TRACE_ID, COLLECTOR_ID, "scripts.example.circuitdetailscollector.Activate", 0));
  }

  @Test
  void map_noEntries_isNothing() {
    assertThat(map("active", log())).isNull();
  }

  @Test
  void map_crossingMidnight_followsElapsedTime() {
    ObjectNode before = service("STARTED", 86_390).put("timestamp", "23:59:50");
    ObjectNode after = service("COMPLETED", 86_410).put("timestamp", "00:00:10");

    assertThat(seconds(span(map("active", log(before, after)), "mdso.product.NetworkService")))
        .containsExactly(START + 86_390, START + 86_410);
  }

  @ParameterizedTest
  @CsvSource({
    "'\"9\"', 9, false",
    "9.0, 9, false",
    "'\" 9 \"', 9, false",
    "-3, 0, true",
    "99999999999, 7, true",
    "'\"soon\"', 7, true",
    "null, 7, true",
    "'\"NaN\"', 7, true"
  })
  void map_oddElapsedTime_isReadOrClamped(String elapsed, long expected, boolean clamped)
      throws Exception {
    ObjectNode odd = collector("STARTED", 0);
    odd.set("elapsed_time", Fixtures.JSON.readTree(elapsed));

    MappedTrace trace = map("active", log(service("STARTED", 7), odd));

    Span span = span(trace, "mdso.product.CircuitDetailsCollector");
    assertThat(span.getStartTimeUnixNano()).isEqualTo((START + expected) * 1_000_000_000);
    assertThat(attribute(span, "mdso.time.clamped")).isEqualTo(clamped ? "true" : null);
  }

  @ParameterizedTest
  @CsvSource({"'\"1735689600\"', 1735689600", "1735689600.0, 1735689600", "null, 1735689602"})
  void map_startTime_isReadFromTextOrTakenFromCreation(String start, long expected)
      throws Exception {
    ObjectNode log = log(service("STARTED", 0));
    ((ObjectNode) log.get("properties")).set("start_time_sec", Fixtures.JSON.readTree(start));

    assertThat(span(map("active", log), "mdso.product.NetworkService").getStartTimeUnixNano())
        .isEqualTo(expected * 1_000_000_000);
  }

  @Test
  void map_entryWithoutProcess_isARecordOfTheRoot() {
    ObjectNode stray = service("STARTED", 3);
    stray.remove("process");

    MappedTrace trace = map("active", log(service("STARTED", 2), stray, service("COMPLETED", 9)));

    assertThat(trace.spans()).hasSize(2);
    assertThat(trace.records().get(1).record().getSpanId())
        .isEqualTo(span(trace, "mdso.workflow.NetworkService").getSpanId());
  }

  @Test
  void map_onlyStrayEntries_stillHasARoot() {
    MappedTrace trace = map("active", log(entry("NetworkService", SERVICE_ID, "PAUSED", "?", 4)));

    assertThat(trace.spans()).hasSize(1);
    assertThat(seconds(trace.spans().get(0).span())).containsExactly(START + 4, START + 4);
  }

  @Test
  void map_longMessageWithSecretAndBreaks_isMaskedOneLineAndCutBetweenCharacters() {
    String message = "password=hunter22\r\n" + "x".repeat(482) + "\ud83d\ude00 tail";
    ObjectNode failed = entry("CircuitDetailsCollector", COLLECTOR_ID, "FAILED", message, 9);

    Span span = span(map("failed", log(failed)), "mdso.product.CircuitDetailsCollector");

    String text = attribute(span.getEvents(0).getAttributesList(), "exception.message");
    assertThat(text).doesNotContain("hunter22", "\n", "\r").startsWith("password=****** x");
    assertThat(text.length()).isLessThanOrEqualTo(500);
    assertThat(Character.isHighSurrogate(text.charAt(text.length() - 1))).isFalse();
  }

  @Test
  void map_noCategorizedError_classifiesTheMessage() {
    ObjectNode failed =
        entry("PortActivation", PORT_ID, "FAILED", "commit failed: mtu is invalid", 9);

    assertThat(
            attribute(
                span(map("failed", log(failed)), "mdso.product.PortActivation"),
                "mdso.defect_code"))
        .isEqualTo("DE-1031");
  }

  /** Within a second nobody knows who failed first, and writers lose the order. */
  @Test
  void map_parentSaysAChildFailedBeforeTheChildFails_traceHasTheChildsCode() {
    MappedTrace trace =
        map(
            "failed",
            log(
                service("STARTED", 0),
                port("STARTED", 1),
                entry("NetworkService", SERVICE_ID, "FAILED", "one child failed", 5),
                entry("PortActivation", PORT_ID, "FAILED", "the moon is too bright", 5)));

    Span root = span(trace, "mdso.workflow.NetworkService");
    Span parent = span(trace, "mdso.product.NetworkService");
    assertThat(attribute(root, "mdso.defect_code")).isEqualTo("UNCLASSIFIED");
    assertThat(attribute(root, "mdso.defect_consequence")).isNull();
    assertThat(attribute(parent, "mdso.defect_code")).isEqualTo("DE-1171");
    assertThat(attribute(parent, "mdso.defect_consequence")).isEqualTo("true");
    assertThat(attribute(span(trace, "mdso.product.PortActivation"), "mdso.defect_consequence"))
        .isNull();
    assertThat(trace.records())
        .extracting(record -> attribute(record.record(), "mdso.defect_consequence"))
        .containsExactly(null, null, "true", null);
  }

  @Test
  void map_childSaysNothing_traceHasTheParentsCode() {
    MappedTrace trace =
        map(
            "failed",
            log(
                service("STARTED", 0),
                port("STARTED", 1),
                entry("NetworkService", SERVICE_ID, "FAILED", "one child failed", 5)));

    Span root = span(trace, "mdso.workflow.NetworkService");
    assertThat(attribute(root, "mdso.defect_code")).isEqualTo("DE-1171");
    assertThat(attribute(root, "mdso.defect_consequence")).isEqualTo("true");
  }

  @Test
  void map_sameInputTwice_givesTheSameBytes() {
    MappedTrace once = map("failed", Fixtures.failedTraceLog());
    MappedTrace again = map("failed", Fixtures.failedTraceLog());

    assertThat(again.spans()).isEqualTo(once.spans());
    assertThat(again.records()).isEqualTo(once.records());
  }

  @Test
  void map_thousandsOfOpenSpans_isLinear() {
    ObjectNode[] entries = new ObjectNode[40_000];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = entry("PortActivation", "port-" + i, "STARTED", "", i);
    }
    long started = System.nanoTime();

    map("active", log(entries));

    assertThat(System.nanoTime() - started).isLessThan(20_000_000_000L);
  }

  @ParameterizedTest
  @CsvSource({
    "scripts.example.cpeactivator.Activate, example.resourceTypes.cpeActivator, cpeActivator",
    "scripts.example.portactivation.TERMINATE, example.resourceTypes.PortActivation,"
        + " PortActivation",
    "scripts.example.bandwidth.Resize, example.resourceTypes.PortActivation, Resize",
    "Activate, example.resourceTypes.PortActivation, PortActivation",
    "scripts.example.l2_service.Update, , l2_service"
  })
  void processName_anyPath_isItsLastMeaningfulSegment(
      String process, String type, String expected) {
    assertThat(ProcessName.of(process, type).product()).isEqualTo(expected);
  }

  private static ObjectNode service(String state, int elapsed) {
    return entry("NetworkService", SERVICE_ID, state, state + " PROCESSING", elapsed);
  }

  private static ObjectNode collector(String state, int elapsed) {
    return entry("CircuitDetailsCollector", COLLECTOR_ID, state, state + " PROCESSING", elapsed);
  }

  private static ObjectNode port(String state, int elapsed) {
    return entry("PortActivation", PORT_ID, state, state + " PROCESSING", elapsed);
  }

  private static ObjectNode log(ObjectNode... entries) {
    return traceLog("44444444-4444-4444-8444-444444444444", SERVICE_ID, entries);
  }

  private static MappedTrace map(String orchState, ObjectNode... logs) {
    MdsoResource resource =
        MdsoResource.parse(
            Fixtures.networkService(SERVICE_ID, orchState), List.of("properties.circuit_id"));
    return TraceLogMapper.map(
        TRACE_ID,
        Arrays.stream(logs).map(TraceLog::parse).toList(),
        new TraceLogMapper.Origin(resource, "network_service", false),
        RULES);
  }

  private static Span span(MappedTrace trace, String name) {
    return trace.spans().stream()
        .map(MappedSpan::span)
        .filter(each -> each.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no span " + name));
  }

  private static long found(MappedTrace trace, Found found) {
    return trace.spans().stream().filter(each -> each.found() == found).count();
  }

  private static List<Long> seconds(Span span) {
    return List.of(
        span.getStartTimeUnixNano() / 1_000_000_000, span.getEndTimeUnixNano() / 1_000_000_000);
  }
}
