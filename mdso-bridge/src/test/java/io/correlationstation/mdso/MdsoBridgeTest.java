// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import static io.correlationstation.mdso.RecordingSink.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MdsoBridgeTest {

  @TempDir Path dataDir;

  private final StubOrchestrator orchestrator = new StubOrchestrator();
  private final RecordingSink sink = new RecordingSink();
  private MdsoBridge bridge;

  @BeforeEach
  void start() throws IOException {
    bridge =
        MdsoBridge.start(
            MdsoConfig.fromEnvironment(orchestrator.environment()),
            sink,
            dataDir,
            Clock.fixed(Fixtures.NOW, ZoneOffset.UTC));
  }

  @AfterEach
  void stop() {
    bridge.close();
    orchestrator.close();
  }

  @Test
  void trigger_failedOrder_sendsItsTraceWithDefectCode() {
    orchestrator.list("NetworkService", Fixtures.networkService(Fixtures.SERVICE_ID, "failed"));
    orchestrator.traceLogs(Fixtures.SERVICE_ID, Fixtures.failedTraceLog());

    JobView job = run("network_service");

    assertThat(job.status()).isEqualTo("succeeded");
    assertThat(job.counts()).containsEntry("traces", 1L).containsEntry("spans", 3L);
    List<Span> spans = sink.spans("mdso-scriptplan");
    assertThat(spans)
        .extracting(Span::getName)
        .containsExactly(
            "mdso.workflow.NetworkService",
            "mdso.product.NetworkService",
            "mdso.product.CircuitDetailsCollector");
    assertThat(spans)
        .allSatisfy(
            span -> {
              assertThat(HexFormat.of().formatHex(span.getTraceId().toByteArray()))
                  .isEqualTo(Fixtures.TRACE_ID);
              assertThat(attribute(span, "circuit_id")).isEqualTo(Fixtures.CIRCUIT);
              assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
            });
    assertThat(attribute(spans.get(2), "mdso.defect_code")).isEqualTo("DE-1001");
    assertThat(bridge.errors())
        .anySatisfy(
            row -> {
              assertThat(row.code()).isEqualTo("DE-1001");
              assertThat(row.product()).isEqualTo("CircuitDetailsCollector");
              assertThat(row.count()).isEqualTo(1);
            });
  }

  @Test
  void trigger_anyRun_saysWhatItsSpansComeFrom() {
    orchestrator.list("NetworkService", Fixtures.networkService(Fixtures.SERVICE_ID, "failed"));
    orchestrator.traceLogs(Fixtures.SERVICE_ID, Fixtures.failedTraceLog());

    run("network_service");

    await().until(() -> !sink.spans("mdso-log-collector").isEmpty());
    assertThat(sink.resource("mdso-log-collector"))
        .containsKeys("service.version", "deployment.environment", "host.name")
        .containsEntry("telemetry.sdk.name", "correlation-station")
        .containsEntry("telemetry.sdk.language", "java");
    assertThat(sink.resource("mdso-scriptplan"))
        .as("the same whoever sends it again")
        .containsOnlyKeys("service.name", "deployment.environment");
  }

  @Test
  void trigger_sameResourceAgain_sendsNothingTwice() {
    orchestrator.list("NetworkService", Fixtures.networkService(Fixtures.SERVICE_ID, "failed"));
    orchestrator.traceLogs(Fixtures.SERVICE_ID, Fixtures.failedTraceLog());

    run("network_service");
    JobView second = run("network_service");

    assertThat(second.status()).isEqualTo("succeeded");
    assertThat(second.counts()).containsEntry("due", 0L);
    assertThat(sink.spans("mdso-scriptplan")).hasSize(3);
  }

  @Test
  void trigger_anyRun_keepsTokenAndPasswordToItself() {
    orchestrator.list("NetworkService", Fixtures.networkService(Fixtures.SERVICE_ID, "failed"));

    run("network_service");
    bridge.close();

    assertThat(sink.everything())
        .contains("token_acquired", "token_deleted", "/tron/api/v1/tokens/{token}")
        .doesNotContain(StubOrchestrator.TOKEN, "s3cret-pass");
  }

  @Test
  void trigger_unknownProductType_namesTheKnownOnes() {
    assertThatThrownBy(() -> bridge.trigger("network", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("network_service, network_service_update");
  }

  @Test
  void testTexts_knownAndUnknownError_answersInOrderAndCountsNothing() {
    List<TextVerdict> verdicts =
        bridge.testTexts(
            "network_service",
            List.of("unable to connect to device EXPLTXAA01W", "the moon is too bright"));

    assertThat(verdicts).extracting(TextVerdict::code).containsExactly("DE-1001", "UNCLASSIFIED");
    assertThat(verdicts.get(1).fingerprint()).matches("[0-9a-f]{64}");
    assertThat(bridge.errors()).isEmpty();
    assertThat(sink.spans("mdso-log-collector"))
        .as("seen at once, not with the next collection")
        .extracting(Span::getName)
        .containsExactly("mdso.test_error");
  }

  private JobView run(String productType) {
    String id = bridge.trigger(productType, null).jobId();
    await().until(() -> bridge.job(id).endedAt() != null);
    return bridge.job(id);
  }
}
