// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.correlationstation.server.forward.DestinationConfig;
import io.correlationstation.server.forward.Protocol;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which settings switch which destination on. */
class ForwardSettingsTest {

  @Test
  void destinations_nothingSet_areNone() {
    assertThat(destinations(Map.of())).isEmpty();
  }

  @Test
  void destinations_everythingSet_areAllOfThem() {
    List<DestinationConfig> all =
        destinations(
            Map.of(
                "TEMPO_HTTP_ENDPOINT", "http://127.0.0.1:4318",
                "LOKI_URL", "http://127.0.0.1:3100",
                "STATION_FORWARD_OTLP_ENDPOINT", "http://127.0.0.1:5318",
                "STATION_FORWARD_OTLP_HEADERS", "x-key=k",
                "DATADOG_API_KEY", "k",
                "DATADOG_SITE", "datadoghq.eu",
                "DEPLOYMENT_ENV", "lab"));

    assertThat(all)
        .extracting(DestinationConfig::name)
        .containsExactly("tempo", "loki", "otlp", "datadog");
    assertThat(all.get(1).loki().environment()).isEqualTo("lab");
    assertThat(all.get(2).headers()).containsEntry("x-key", "k");
    assertThat(all.get(3).endpoint()).hasHost("otlp.datadoghq.eu");
  }

  @Test
  void tempo_grpcEndpoint_isUsedWhenThereIsNoHttpOne() {
    Map<String, String> grpc = Map.of("TEMPO_GRPC_ENDPOINT", "127.0.0.1:4317");

    assertThat(destinations(grpc))
        .extracting(DestinationConfig::protocol)
        .containsExactly(Protocol.OTLP_GRPC);
    assertThat(
            destinations(
                Map.of(
                    "TEMPO_GRPC_ENDPOINT", "127.0.0.1:4317",
                    "TEMPO_HTTP_ENDPOINT", "http://127.0.0.1:4318")))
        .extracting(DestinationConfig::protocol)
        .containsExactly(Protocol.OTLP_HTTP);
  }

  @Test
  void tempo_grpcEndpointThatIsNone_isNamed() {
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> destinations(Map.of("TEMPO_GRPC_ENDPOINT", "not a host")))
        .withMessageContaining("TEMPO_GRPC_ENDPOINT");
  }

  private static List<DestinationConfig> destinations(Map<String, String> environment) {
    return ServerConfig.of(Settings.of(Map.of(), environment)).forward().destinations();
  }
}
