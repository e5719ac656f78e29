// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.CorrelationPropagator;
import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {

  private final Carrier carrier = Carrier.of(Settings.read(SettingsSource.empty()));
  private final CorrelationPropagator propagator = new CorrelationPropagator(carrier);
  private final Map<String, String> environment =
      new HashMap<>(Map.of("PATH", "/bin", "X_PRODUCT_ID", "own"));

  @Test
  void add_thenRestore_leavesTheEnvironmentAsItWas() {
    Map<String, String> original = new HashMap<>(environment);
    Baggage keys = Baggage.builder().put("circuit_id", "C").put("product_id", "P").build();

    try (Scope scope = keys.makeCurrent()) {
      Map<String, String> before = Environment.add(carrier, propagator, environment);

      assertThat(environment)
          .containsEntry("X_CIRCUIT_ID", "C")
          .containsEntry("X_PRODUCT_ID", "P")
          .containsEntry("PATH", "/bin");
      Environment.restore(environment, before);
    }
    assertThat(environment).isEqualTo(original);
  }

  @Test
  void add_nothingToTell_isNull() {
    assertThat(Environment.add(carrier, propagator, environment)).isNull();
  }

  @Test
  void read_variables_areKeys() {
    Context context =
        Environment.read(propagator, Context.root(), Map.of("X_RESOURCE_TYPE_ID", "T-1"));

    assertThat(carrier.valueOf(context, carrier.keys().named("resource_type_id"))).isEqualTo("T-1");
  }
}
