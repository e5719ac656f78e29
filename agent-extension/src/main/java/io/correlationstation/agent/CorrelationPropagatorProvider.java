// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.CorrelationPropagator;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurablePropagatorProvider;

/** Makes {@code correlation} a name for {@code otel.propagators}. */
@AutoService(ConfigurablePropagatorProvider.class)
public final class CorrelationPropagatorProvider implements ConfigurablePropagatorProvider {

  @Override
  public TextMapPropagator getPropagator(ConfigProperties config) {
    return Carrier.current().isActive()
        ? new CorrelationPropagator(Carrier.current())
        : TextMapPropagator.noop();
  }

  @Override
  public String getName() {
    return CorrelationPropagator.NAME;
  }
}
