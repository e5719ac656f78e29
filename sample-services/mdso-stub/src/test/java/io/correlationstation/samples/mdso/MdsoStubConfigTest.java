// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MdsoStubConfigTest {

  @Test
  void fromEnvironment_nothingSet_hasDefaults() {
    assertThat(MdsoStubConfig.fromEnvironment(Map.of()))
        .isEqualTo(
            new MdsoStubConfig(
                "127.0.0.1",
                8181,
                URI.create("http://127.0.0.1:5003"),
                "demo",
                "demo",
                Set.of(),
                new Pace(1, 1, 0.3, Duration.ofMillis(700), Duration.ofSeconds(2))));
  }

  @Test
  void fromEnvironment_everythingSet_isTaken() {
    Map<String, String> environment =
        Map.ofEntries(
            Map.entry("BIND", "0.0.0.0"),
            Map.entry("PORT", "0"),
            Map.entry("ARDA_URL", "http://arda:1"),
            Map.entry("MDSO_USER", "someone"),
            Map.entry("MDSO_PASS", "something"),
            Map.entry("MDSO_STUB_UNREACHABLE", "A, B@collector,,"),
            Map.entry("MDSO_STUB_SEED", "7"),
            Map.entry("MDSO_STUB_SPEED", "2.5"),
            Map.entry("MDSO_STUB_JITTER", "0"),
            Map.entry("MDSO_STUB_QUEUE_MS", "10"),
            Map.entry("MDSO_STUB_STAGE_MS", "20"));

    assertThat(MdsoStubConfig.fromEnvironment(environment))
        .isEqualTo(
            new MdsoStubConfig(
                "0.0.0.0",
                0,
                URI.create("http://arda:1"),
                "someone",
                "something",
                Set.of("A", "B@collector"),
                new Pace(7, 2.5, 0, Duration.ofMillis(10), Duration.ofMillis(20))));
  }

  @ParameterizedTest
  @CsvSource({
    "PORT, five",
    "PORT, 65536",
    "ARDA_URL, arda:5003",
    "ARDA_URL, http://",
    "MDSO_USER, ''",
    "MDSO_STUB_SEED, one",
    "MDSO_STUB_SPEED, 0",
    "MDSO_STUB_SPEED, fast",
    "MDSO_STUB_JITTER, 1",
    "MDSO_STUB_QUEUE_MS, -1",
    "MDSO_STUB_STAGE_MS, 2s"
  })
  void fromEnvironment_wrongValue_namesTheVariable(String name, String value) {
    assertThatThrownBy(() -> MdsoStubConfig.fromEnvironment(Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name + " ");
  }
}
