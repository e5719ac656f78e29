// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HeartbeatsTest {

  private static final AttributeKey<Long> GAP = AttributeKey.longKey("workflow.heartbeat_ms");

  @RegisterExtension final RecordedTelemetry telemetry = new RecordedTelemetry();

  private final Heartbeats heartbeats = new Heartbeats(Duration.ofMillis(10));

  @Test
  void open_activity_givesSignsOfLifeFurtherAndFurtherApart() {
    try (Workflow workflow = Workflow.start("order")) {
      heartbeats.add(workflow);
      await().until(() -> records("RUNNING").size() >= 3);
      workflow.end(true);
    }

    assertThat(records("RUNNING").subList(0, 3))
        .extracting(log -> log.getAttributes().get(GAP))
        .containsExactly(20L, 40L, 80L);
    assertThat(records("RUNNING").get(0).getSpanContext().getSpanId())
        .isEqualTo(telemetry.span("order").getSpanId());
  }

  @Test
  void started_record_saysWhenTheNextOneComes() {
    Workflow.start("order").close();

    assertThat(records("STARTED").get(0).getAttributes().get(GAP)).isEqualTo(10_000);
  }

  @Test
  void ended_activity_givesNoMore() {
    Workflow workflow = Workflow.start("order");
    Workflow other = Workflow.start("other");
    workflow.end(true);
    heartbeats.add(workflow);
    heartbeats.add(other);
    await().until(() -> !records("RUNNING").isEmpty());
    other.close();
    workflow.close();

    assertThat(records("RUNNING")).allMatch(log -> body(log).equals("other RUNNING"));
  }

  @Test
  void zeroGap_turnsThemOff() {
    Workflow workflow = Workflow.start("order");

    assertThat(new Heartbeats(Duration.ZERO).add(workflow)).isNull();

    workflow.close();
  }

  @Test
  void failAll_openWorkflowAndStep_endBothWithTheReason() {
    Workflow workflow = Workflow.start("order");
    Step step = workflow.step("create");

    Heartbeats.SHARED.failAll("the process ended");

    assertThat(telemetry.spanNames()).containsExactlyInAnyOrder("create", "order");
    assertThat(telemetry.span("create").getStatus().getDescription())
        .isEqualTo("the process ended");
    assertThat(records("FAILED")).hasSize(2);
    step.close();
    workflow.close();
    assertThat(records("FAILED")).hasSize(2);
  }

  private List<LogRecordData> records(String state) {
    return telemetry.logs().stream().filter(log -> body(log).endsWith(" " + state)).toList();
  }

  private static String body(LogRecordData log) {
    return log.getBodyValue() == null ? "" : log.getBodyValue().asString();
  }
}
