// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.CorrelationPropagator;
import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ComponentProvider;

/** Makes {@code correlation:} a TextMapPropagator in declarative files. */
@AutoService(ComponentProvider.class)
public final class PropagatorComponent implements ComponentProvider {

  @Override
  public Class<?> getType() {
    return TextMapPropagator.class;
  }

  @Override
  public String getName() {
    return CorrelationPropagator.NAME;
  }

  @Override
  public Object create(DeclarativeConfigProperties ignored) {
    Carrier carrier = Carrier.current();
    return carrier.isActive() ? new CorrelationPropagator(carrier) : TextMapPropagator.noop();
  }
}
