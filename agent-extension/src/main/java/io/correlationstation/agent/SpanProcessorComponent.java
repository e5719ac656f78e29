// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.CorrelationPropagator;
import io.correlationstation.agent.carry.KeysOnSpans;
import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ComponentProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;

/** Makes {@code correlation:} a SpanProcessor in declarative files. */
@AutoService(ComponentProvider.class)
public final class SpanProcessorComponent implements ComponentProvider {

  @Override
  public Class<?> getType() {
    return SpanProcessor.class;
  }

  @Override
  public String getName() {
    return CorrelationPropagator.NAME;
  }

  @Override
  public Object create(DeclarativeConfigProperties ignored) {
    Carrier carrier = Carrier.current();
    return carrier.isActive() ? new KeysOnSpans(carrier) : SpanProcessor.composite();
  }
}
