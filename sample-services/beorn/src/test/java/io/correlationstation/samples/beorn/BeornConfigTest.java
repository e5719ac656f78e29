// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BeornConfigTest {

  @Test
  void fromEnvironment_nothingSet_hasDefaults() {
    assertThat(BeornConfig.fromEnvironment(Map.of()))
        .isEqualTo(
            new BeornConfig(
                "127.0.0.1",
                5001,
                URI.create("http://127.0.0.1:5002"),
                URI.create("http://127.0.0.1:5003"),
                URI.create("http://127.0.0.1:8181"),
                "demo",
                "demo",
                Duration.ofSeconds(15)));
  }

  @Test
  void fromEnvironment_everythingSet_isTaken() {
    Map<String, String> environment =
        Map.of(
            "BIND", "0.0.0.0",
            "PORT", "0",
            "PALANTIR_URL", "http://palantir:1",
            "ARDA_URL", "http://arda:2",
            "MDSO_URL", "https://mdso.example.com",
            "MDSO_USER", "someone",
            "MDSO_PASS", "something",
            "CALL_TIMEOUT_MS", "250");

    assertThat(BeornConfig.fromEnvironment(environment))
        .isEqualTo(
            new BeornConfig(
                "0.0.0.0",
                0,
                URI.create("http://palantir:1"),
                URI.create("http://arda:2"),
                URI.create("https://mdso.example.com"),
                "someone",
                "something",
                Duration.ofMillis(250)));
  }

  @ParameterizedTest
  @CsvSource({
    "PORT, five", "PORT, 65536", "PORT, -1",
    "PALANTIR_URL, palantir:5002", "ARDA_URL, http://", "MDSO_URL, ftp://mdso",
    "CALL_TIMEOUT_MS, 0", "CALL_TIMEOUT_MS, 1s"
  })
  void fromEnvironment_wrongValue_namesTheVariable(String name, String value) {
    assertThatThrownBy(() -> BeornConfig.fromEnvironment(Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name + " ");
  }
}
