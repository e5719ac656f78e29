// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class JourneyConfigTest {

  private final JourneyConfig defaults = JourneyConfig.inDirectory(Path.of("data"));

  @Test
  void inDirectory_defaults_areThoseOfTheDocumentation() {
    assertThat(defaults.jdbcUrl()).isEqualTo("jdbc:sqlite:data/journeys.db");
    assertThat(defaults.correlationKeys())
        .containsExactly(
            "circuit_id", "product_id", "resource_id", "resource_type_id", "request_id");
    assertThat(defaults.observers())
        .containsExactlyInAnyOrder("correlation-server", "mdso-log-collector");
    assertThat(defaults.retention()).isEqualTo(Duration.ofDays(7));
    assertThat(defaults.logSlack()).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void with_newValues_changesOnlyThose() {
    assertThat(defaults.withRetention(Duration.ofDays(1)).retention())
        .isEqualTo(Duration.ofDays(1));
    assertThat(defaults.withRetention(Duration.ofDays(1)).maxLogs()).isEqualTo(defaults.maxLogs());
    assertThat(defaults.withBounds(5, 6).maxFragments()).isEqualTo(5);
    assertThat(defaults.withBounds(5, 6).maxLogs()).isEqualTo(6);
    assertThat(defaults.withBounds(5, 6).retention()).isEqualTo(defaults.retention());
  }

  @Test
  void create_wrongValue_namesIt() {
    assertThatThrownBy(() -> defaults.withRetention(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("retention <= 0: PT0S");
    assertThatThrownBy(() -> defaults.withBounds(0, 1)).hasMessage("maxFragments <= 0: 0");
  }
}
