// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static io.correlationstation.correlation.CorrelationKey.CIRCUIT_ID;
import static io.correlationstation.correlation.CorrelationKey.RESOURCE_ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkflowTest {

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final InMemoryLogRecordExporter logs = InMemoryLogRecordExporter.create();

  @BeforeEach
  void install() {
    GlobalOpenTelemetry.resetForTest();
    OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build())
        .setLoggerProvider(
            SdkLoggerProvider.builder()
                .addLogRecordProcessor(SimpleLogRecordProcessor.create(logs))
                .build())
        .buildAndRegisterGlobal();
  }

  @AfterEach
  void reset() {
    GlobalOpenTelemetry.resetForTest();
    assertThat(Context.current()).isSameAs(Context.root());
  }

  @Test
  void steps_nested_areSpansBelowEachOtherWithLogsInOrder() {
    try (Workflow workflow = Workflow.start("order")) {
      try (Step outer = workflow.step("outer")) {
        try (Step inner = outer.step("inner")) {
          inner.end(true);
        }
        outer.end(true);
      }
      workflow.end(true);
    }

    assertThat(span("inner").getParentSpanId()).isEqualTo(span("outer").getSpanId());
    assertThat(span("outer").getParentSpanId()).isEqualTo(span("order").getSpanId());
    assertThat(bodies())
        .containsExactly(
            "order STARTED",
            "outer STARTED",
            "inner STARTED",
            "inner COMPLETED",
            "outer COMPLETED",
            "order COMPLETED");
  }

  @Test
  void start_insideCorrelation_hasItsKeysOnSpanAndLogs() {
    try (Scope scope = Correlation.of(CIRCUIT_ID, "C-1").makeCurrent();
        Workflow workflow = Workflow.start("order")) {
      workflow.end(true);
    }

    assertThat(attribute(span("order"), "circuit_id")).isEqualTo("C-1");
    assertThat(logs.getFinishedLogRecordItems())
        .allSatisfy(
            log -> {
              assertThat(log.getAttributes().get(AttributeKey.stringKey("circuit_id")))
                  .isEqualTo("C-1");
              assertThat(log.getSpanContext().getSpanId()).isEqualTo(span("order").getSpanId());
            });
  }

  @Test
  void step_thatThrows_isFailedAndTheExceptionGoesOn() {
    IllegalStateException failure = new IllegalStateException("no device");

    assertThatThrownBy(
            () ->
                Workflow.call(
                    "order",
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);

    assertThat(span("order").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span("order").getStatus().getDescription()).isEqualTo("no device");
    assertThat(span("order").getEvents()).hasSize(1);
    assertThat(bodies()).containsExactly("order STARTED", "order FAILED");
  }

  @Test
  void close_withoutOutcome_isFailed() {
    Workflow.start("order").close();

    assertThat(span("order").getStatus().getDescription()).isEqualTo("left without end(true)");
    assertThat(bodies()).containsExactly("order STARTED", "order FAILED");
  }

  @Test
  void end_twice_countsOnce() {
    try (Workflow workflow = Workflow.start("order")) {
      workflow.end(true);
      workflow.end(false);
      workflow.fail(new IllegalStateException("late"));
    }

    assertThat(bodies()).containsExactly("order STARTED", "order COMPLETED");
    assertThat(spans.getFinishedSpanItems()).hasSize(1);
  }

  @Test
  void put_whileStepIsOpen_reachesBothAndOutlivesTheStep() {
    try (Workflow workflow = Workflow.start("order")) {
      try (Step step = workflow.step("create")) {
        workflow.put(RESOURCE_ID, "r-1");
        assertThat(Correlation.current().get(RESOURCE_ID)).isEqualTo("r-1");
        assertThat(Span.current().getSpanContext().getSpanId())
            .isNotEqualTo(Span.getInvalid().getSpanContext().getSpanId());
        step.end(true);
      }
      assertThat(Correlation.current().get(RESOURCE_ID)).isEqualTo("r-1");
      workflow.step("activate", () -> null);
      workflow.end(true);
    } catch (Exception unexpected) {
      throw new AssertionError(unexpected);
    }

    for (String name : List.of("order", "create", "activate")) {
      assertThat(attribute(span(name), "resource_id")).as(name).isEqualTo("r-1");
    }
  }

  @Test
  void put_afterStepOfAStep_givesTheThreadItsContextBack() {
    try (Workflow workflow = Workflow.start("order")) {
      try (Step outer = workflow.step("outer");
          Step inner = outer.step("inner")) {
        workflow.put(RESOURCE_ID, "r-2");
        assertThat(Correlation.current().get(RESOURCE_ID)).isEqualTo("r-2");
      }
      assertThat(Correlation.current().get(RESOURCE_ID)).isEqualTo("r-2");
    }

    assertThat(Correlation.current()).isEqualTo(Correlation.empty());
  }

  @Test
  void put_afterClose_leavesNothingOnTheThread() {
    Workflow workflow = Workflow.start("order");
    workflow.close();

    workflow.put(RESOURCE_ID, "late");

    assertThat(Correlation.current()).isEqualTo(Correlation.empty());
  }

  @Test
  void put_withoutSdk_keysHoldAsLongAsTheirActivity() {
    GlobalOpenTelemetry.resetForTest();

    try (Workflow workflow = Workflow.start("order")) {
      try (Step outer = workflow.step("outer");
          Step inner = outer.step("inner")) {
        inner.put(CIRCUIT_ID, "C-1");
        workflow.put(RESOURCE_ID, "r-1");
        assertThat(Correlation.current().toString()).isEqualTo("{circuit_id=C-1, resource_id=r-1}");
        inner.end(true);
      }
      assertThat(Correlation.current().toString()).isEqualTo("{resource_id=r-1}");
      workflow.step("next").close();
      workflow.end(true);
    }
    assertThat(Correlation.current().isEmpty()).isTrue();
  }

  @Test
  void start_withoutSdk_isANoOpAndAnSdkCanStillBeSet() {
    GlobalOpenTelemetry.resetForTest();

    Workflow.start("early").close();

    assertThat(GlobalOpenTelemetry.isSet()).isFalse();
  }

  private SpanData span(String name) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String attribute(SpanData span, String name) {
    return span.getAttributes().get(AttributeKey.stringKey(name));
  }

  private List<String> bodies() {
    return logs.getFinishedLogRecordItems().stream()
        .map(LogRecordData::getBodyValue)
        .map(body -> body.asString())
        .collect(Collectors.toList());
  }

  @Test
  void orchestrated_hasTheNamesOfOrchestrationTraces() {
    try (Workflow workflow = Workflow.orchestrated("NetworkService")) {
      try (Step collect = workflow.step("CircuitDetailsCollector");
          Step topology = collect.step("GetTopology")) {
        topology.end(true);
        collect.end(true);
      }
      workflow.end(true);
    }

    assertThat(spans.getFinishedSpanItems())
        .extracting(SpanData::getName)
        .containsExactly(
            "mdso.product.GetTopology",
            "mdso.product.CircuitDetailsCollector",
            "mdso.workflow.NetworkService");
    assertThat(attribute(span("mdso.product.GetTopology"), "workflow.step"))
        .isEqualTo("GetTopology");
    assertThat(bodies()).startsWith("NetworkService STARTED", "CircuitDetailsCollector STARTED");
  }

  @Test
  void step_onAnotherThread_isBelowTheWorkflow() throws Exception {
    Thread thread;
    try (Workflow workflow = Workflow.start("order")) {
      thread =
          new Thread(
              () -> {
                try (Step step = workflow.step("elsewhere")) {
                  step.end(true);
                }
              });
      thread.start();
      thread.join();
      workflow.end(true);
    }

    assertThat(span("elsewhere").getParentSpanId()).isEqualTo(span("order").getSpanId());
  }

  @Test
  void start_withContextOfAnother_isBelowIt() {
    try (Workflow workflow = Workflow.start("order")) {
      Context handedOver = workflow.context();
      workflow.end(true);
      workflow.close();
      try (Workflow rest = Workflow.start("rest", handedOver)) {
        rest.end(true);
      }
    }

    assertThat(span("rest").getParentSpanId()).isEqualTo(span("order").getSpanId());
  }
}
