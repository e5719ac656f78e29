// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.correlationstation.server.forward.DestinationConfig;
import io.correlationstation.server.forward.ForwardConfig;
import io.correlationstation.server.forward.Protocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @Test
  void otlp_severalReceivers_eachHasItsNameAndHeaders() {
    List<DestinationConfig> all =
        destinations(
            Map.of(
                "STATION_FORWARD_OTLP_ENDPOINT",
                "lab=http://192.0.2.10:4318, archive=https://otlp.example.com/base",
                "STATION_FORWARD_OTLP_HEADERS",
                "x-team=north, archive:authorization=Bearer k, archive:x-team=south"));

    assertThat(all).extracting(DestinationConfig::name).containsExactly("lab", "archive");
    assertThat(all.get(0).endpoint()).hasToString("http://192.0.2.10:4318");
    assertThat(all.get(0).headers()).containsExactly(Map.entry("x-team", "north"));
    assertThat(all.get(1).headers())
        .containsExactlyInAnyOrderEntriesOf(Map.of("x-team", "south", "authorization", "Bearer k"));
  }

  @Test
  void otlp_headersWithoutReceiver_areToldWhatIsMissing() {
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> destinations(Map.of("STATION_FORWARD_OTLP_HEADERS", "x-team=north")))
        .withMessageContaining("STATION_FORWARD_OTLP_HEADERS")
        .withMessageContaining("set STATION_FORWARD_OTLP_ENDPOINT")
        .withMessageNotContaining("north");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://a.example.com,http://b.example.com | | name=URL",
        "a=http://a.example.com,a=http://b.example.com | | twice: a",
        "stitch=http://a.example.com | | stitch",
        "a=ftp://a.example.com | | http://",
        "not a url | | http://",
        "a=http://a.example.com | b:x=y | receiver b",
      })
  void otlp_wrongReceivers_areNamed(String endpoint, String headers, String message) {
    Map<String, String> environment = new HashMap<>();
    environment.put("STATION_FORWARD_OTLP_ENDPOINT", endpoint);
    if (headers != null) {
      environment.put("STATION_FORWARD_OTLP_HEADERS", headers);
    }
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> destinations(environment))
        .withMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://user:hunter22 @otlp.example.com | x=y | STATION_FORWARD_OTLP_ENDPOINT",
        "ftp://user:hunter22@otlp.example.com | x=y | STATION_FORWARD_OTLP_ENDPOINT",
        "https://otlp.example.com | authorization=Bearer hunter22\\nx: y | header authorization",
        "https://otlp.example.com | x y=hunter22 | no name of a header: x y"
      })
  void otlp_wrongUrlOrHeader_isToldWithoutItsSecret(String url, String headers, String message) {
    Map<String, String> environment =
        Map.of(
            "STATION_FORWARD_OTLP_ENDPOINT",
            url,
            "STATION_FORWARD_OTLP_HEADERS",
            headers.replace("\\n", "\n"));

    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> destinations(environment))
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter22"));
  }

  @Test
  void url_thatIsWrong_isToldWithoutItsPassword() {
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> destinations(Map.of("LOKI_URL", "http://user:hunter22 @loki")))
        .withMessageContaining("LOKI_URL")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter22"));
  }

  @Test
  void gzip_ofTheNamedDestination_isSwitchedOn() {
    List<DestinationConfig> all =
        destinations(
            Map.of(
                "TEMPO_HTTP_ENDPOINT", "http://127.0.0.1:4318",
                "STATION_FORWARD_OTLP_ENDPOINT", "http://127.0.0.1:5318",
                "STATION_FORWARD_GZIP", "otlp"));

    assertThat(all).extracting(DestinationConfig::gzip).containsExactly(false, true);
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> destinations(Map.of("STATION_FORWARD_GZIP", "tempo")))
        .withMessageContaining("STATION_FORWARD_GZIP: there is no destination tempo");
  }

  @Test
  void lokiLabels_thatAreNoIds_areTaken() {
    Map<String, String> environment = new HashMap<>();
    environment.put("LOKI_URL", "http://127.0.0.1:3100");
    environment.put("STATION_LOKI_LABELS", "region, team");

    assertThat(destinations(environment).get(0).loki().extraLabels())
        .containsExactly("region", "team");

    environment.put("STATION_LOKI_LABELS", "region,circuit_id");
    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> destinations(environment))
        .withMessageContaining("STATION_LOKI_LABELS: ")
        .withMessageContaining("circuit_id");
  }

  @Test
  void dropOldest_knownDestination_isTaken() {
    Map<String, String> environment =
        Map.of(
            "TEMPO_HTTP_ENDPOINT", "http://127.0.0.1:4318",
            "STATION_FORWARD_DROP_OLDEST", "tempo");

    assertThat(forward(environment).dropOldest()).containsExactly("tempo");
  }

  @Test
  void dropOldest_unknownDestination_isNamedWithTheKnownOnes() {
    Map<String, String> environment =
        Map.of(
            "TEMPO_HTTP_ENDPOINT", "http://127.0.0.1:4318",
            "STATION_FORWARD_DROP_OLDEST", "tempo, lokki");

    assertThatExceptionOfType(SettingException.class)
        .isThrownBy(() -> forward(environment))
        .withMessageContaining("STATION_FORWARD_DROP_OLDEST")
        .withMessageContaining("lokki")
        .withMessageContaining("[tempo]");
  }

  private static List<DestinationConfig> destinations(Map<String, String> environment) {
    return forward(environment).destinations();
  }

  private static ForwardConfig forward(Map<String, String> environment) {
    return ServerConfig.of(Settings.of(Map.of(), environment)).forward();
  }
}
