// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.arda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArdaConfigTest {

  @Test
  void fromEnvironment_nothingSet_hasDefaults() {
    assertThat(ArdaConfig.fromEnvironment(Map.of()))
        .isEqualTo(
            new ArdaConfig(
                "127.0.0.1",
                5003,
                URI.create("http://127.0.0.1:5002"),
                URI.create("http://127.0.0.1:5001"),
                Duration.ofSeconds(10)));
  }

  @Test
  void fromEnvironment_everythingSet_isTaken() {
    Map<String, String> environment =
        Map.of(
            "BIND", "0.0.0.0",
            "PORT", "0",
            "PALANTIR_URL", "http://palantir:1",
            "BEORN_URL", "https://beorn:2",
            "CALL_TIMEOUT_MS", "250");

    assertThat(ArdaConfig.fromEnvironment(environment))
        .isEqualTo(
            new ArdaConfig(
                "0.0.0.0",
                0,
                URI.create("http://palantir:1"),
                URI.create("https://beorn:2"),
                Duration.ofMillis(250)));
  }

  @ParameterizedTest
  @CsvSource({
    "PORT, five", "PORT, 65536", "PORT, -1",
    "PALANTIR_URL, palantir:5002", "PALANTIR_URL, http://", "BEORN_URL, ftp://beorn",
    "CALL_TIMEOUT_MS, 0", "CALL_TIMEOUT_MS, 1s"
  })
  void fromEnvironment_wrongValue_namesTheVariable(String name, String value) {
    assertThatThrownBy(() -> ArdaConfig.fromEnvironment(Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name + " ");
  }
}
