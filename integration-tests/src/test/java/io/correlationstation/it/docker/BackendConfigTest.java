// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tempo, Loki and the gateway: the settings that lose data without a word when they are wrong. */
class BackendConfigTest {

  private final JsonNode tempo = StackFiles.yaml("docker/tempo/tempo.yaml");
  private final JsonNode loki = StackFiles.yaml("docker/loki/loki.yaml");
  private final JsonNode gateway = StackFiles.yaml("docker/gateway/config.yaml");

  @Test
  void tempo_takesOtlpOverHttpFromOtherContainers() {
    assertThat(tempo.at("/distributor/receivers/otlp/protocols/http/endpoint").asText())
        .isEqualTo("0.0.0.0:4318");
  }

  @Test
  void tempo_keepsLongTraces() {
    assertThat(tempo.at("/overrides/defaults/global/max_bytes_per_trace").asLong())
        .isGreaterThanOrEqualTo(5_000_000);
  }

  @Test
  void tempo_findsSpansThatComeLate() {
    List<JsonNode> slacks = tempo.findValues("ingestion_time_range_slack");

    assertThat(slacks).hasSize(3);
    assertThat(slacks)
        .allSatisfy(
            slack -> assertThat(duration(slack)).isGreaterThanOrEqualTo(Duration.ofMinutes(30)));
  }

  @Test
  void loki_storesMetadata() {
    assertThat(loki.at("/limits_config/allow_structured_metadata").asBoolean()).isTrue();
    assertThat(loki.at("/schema_config/configs/0/schema").asText()).isEqualTo("v13");
    assertThat(loki.at("/schema_config/configs/0/store").asText()).isEqualTo("tsdb");
  }

  /** The server puts lines of that age aside; a Loki that takes less would drop them. */
  @Test
  void loki_takesLinesAsOldAsTheServerSends() {
    assertThat(duration(loki.at("/limits_config/reject_old_samples_max_age")))
        .isEqualTo(Duration.ofHours(168));
    assertThat(
            StackFiles.text(
                "correlation-server/src/main/java/io/correlationstation/server/forward/LokiOptions.java"))
        .contains("Duration.ofHours(168)");
  }

  /** A rate below one full request could never pass. */
  @Test
  void loki_takesAWholeRequestAtOnce() {
    assertThat(loki.at("/limits_config/ingestion_burst_size_mb").asInt()).isGreaterThan(4);
  }

  @Test
  void backends_doNotPhoneHome() {
    assertThat(tempo.at("/usage_report/reporting_enabled").asBoolean(true)).isFalse();
    assertThat(loki.at("/analytics/reporting_enabled").asBoolean(true)).isFalse();
  }

  @Test
  void gateway_listensOnItsPortsForBothTransports() {
    assertThat(gateway.at("/receivers/otlp/protocols/http/endpoint").asText()).endsWith(":55681");
    assertThat(gateway.at("/receivers/otlp/protocols/grpc/endpoint").asText()).endsWith(":55680");
    assertThat(gateway.at("/extensions/health_check/path").asText()).isEqualTo("/health");
  }

  @Test
  void gateway_answersOnlyAfterTheServerHas() {
    JsonNode exporter = gateway.at("/exporters/otlphttp~1correlation");

    assertThat(exporter.at("/sending_queue/enabled").asBoolean(true)).isFalse();
    assertThat(StackFiles.text("docker/gateway/config.yaml")).doesNotContain("batch:");
  }

  @Test
  void gateway_pipelinesUseWhatIsDeclaredAndNothingIsLeftOver() {
    Map<String, JsonNode> pipelines = StackFiles.fields(gateway.at("/service/pipelines"));
    assertThat(pipelines).containsOnlyKeys("traces", "logs", "metrics");

    for (String kind : List.of("receivers", "processors", "exporters")) {
      List<String> used =
          pipelines.values().stream()
              .flatMap(pipeline -> StackFiles.texts(pipeline.path(kind)).stream())
              .distinct()
              .toList();
      assertThat(StackFiles.fields(gateway.path(kind)).keySet())
          .as(kind)
          .containsExactlyInAnyOrderElementsOf(used);
    }
    assertThat(StackFiles.texts(gateway.at("/service/extensions")))
        .containsExactlyElementsOf(StackFiles.fields(gateway.path("extensions")).keySet());
  }

  /** Merging replaces lists, so the plain receiver has to be named again. */
  @Test
  void gateway_mutualTls_asksForACertificateAndKeepsThePlainPort() {
    JsonNode mtls = StackFiles.yaml("docker/gateway/mtls.yaml");

    assertThat(mtls.at("/receivers/otlp~1mtls/protocols/http/tls/client_ca_file").asText())
        .isEqualTo("/etc/otelcol/tls/ca.crt");
    StackFiles.fields(mtls.at("/service/pipelines"))
        .forEach(
            (name, pipeline) -> {
              assertThat(gateway.at("/service/pipelines").has(name)).as(name).isTrue();
              assertThat(StackFiles.texts(pipeline.path("receivers")))
                  .as(name)
                  .containsExactly("otlp", "otlp/mtls");
            });
  }

  private static Duration duration(JsonNode value) {
    return Duration.parse("PT" + value.asText().toUpperCase(java.util.Locale.ROOT));
  }
}
