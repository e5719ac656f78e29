// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.mdso;

import static io.correlationstation.correlation.CorrelationKey.CIRCUIT_ID;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.RecordedTelemetry;
import io.correlationstation.correlation.Workflow;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MdsoEventsTest {

  private static final String RESOURCE = "11111111-1111-4111-8111-111111111111";

  @RegisterExtension final RecordedTelemetry telemetry = new RecordedTelemetry();

  private final MdsoEvents events =
      MdsoEvents.create().productType("service_mapper").tid("EXPLTXAA01W");

  @Test
  void events_haveNameSubjectKeysAndTrace() {
    try (Scope scope = Correlation.of(CIRCUIT_ID, "C-1").makeCurrent();
        Workflow workflow = Workflow.start("order")) {
      events.resourceStateChanged(RESOURCE, "activating", "active");
      workflow.end(true);
    }

    LogRecordData log = telemetry.log("resource_state_changed");
    assertThat(log.getSpanContext().getSpanId()).isEqualTo(telemetry.span("order").getSpanId());
    assertThat(log.getSeverity()).isEqualTo(Severity.INFO);
    assertThat(RecordedTelemetry.attribute(log, "mdso.resource_id")).isEqualTo(RESOURCE);
    assertThat(RecordedTelemetry.attribute(log, "mdso.orch_state")).isEqualTo("active");
    assertThat(RecordedTelemetry.attribute(log, "mdso.product_type")).isEqualTo("service_mapper");
    assertThat(RecordedTelemetry.attribute(log, "mdso.tid")).isEqualTo("EXPLTXAA01W");
    assertThat(RecordedTelemetry.attribute(log, "circuit_id")).isEqualTo("C-1");
    assertThat(RecordedTelemetry.attribute(log, "mdso.circuit_id")).isEqualTo("C-1");
  }

  @Test
  void eachEvent_hasItsName() {
    events.tokenAcquired(Duration.ofHours(1));
    events.tokenDeleted();
    events.directoryCreated("/var/log/mdso/3h");
    events.logArchived("/var/log/mdso/3h.zip", 17);
    events.notificationSent("webex", "17 logs archived");

    assertThat(telemetry.logs())
        .extracting(LogRecordData::getEventName)
        .containsExactly(
            "token_acquired",
            "token_deleted",
            "directory_created",
            "log_archived",
            "notification_sent");
    assertThat(
            telemetry
                .log("log_archived")
                .getAttributes()
                .get(AttributeKey.longKey("mdso.log_count")))
        .isEqualTo(17);
  }

  @Test
  void errorCategorized_isRecordAndSpanEventWithTheCode() {
    try (Workflow workflow = Workflow.start("order")) {
      events.errorCategorized("DE-1001", "unable to connect\r\n to device");
      workflow.end(false);
    }

    LogRecordData log = telemetry.log("error_categorized");
    assertThat(log.getSeverity()).isEqualTo(Severity.ERROR);
    assertThat(log.getBodyValue().asString()).isEqualTo("unable to connect to device");
    assertThat(RecordedTelemetry.attribute(telemetry.span("order"), "mdso.defect_code"))
        .isEqualTo("DE-1001");
    assertThat(telemetry.span("order").getEvents())
        .extracting(event -> event.getName())
        .contains("error_categorized");
  }

  @Test
  void error_hasItsStackTrace() {
    events.error(new IllegalStateException("no device"));

    assertThat(RecordedTelemetry.attribute(telemetry.log("mdso_error"), "exception.stacktrace"))
        .contains("no device", "MdsoEventsTest");
  }

  @Test
  void longText_isCutAndNeverInsideACharacter() {
    events.notificationSent("webex", "x".repeat(499) + "😀😀");

    assertThat(telemetry.log("notification_sent").getBodyValue().asString())
        .isEqualTo("x".repeat(499));
  }
}
