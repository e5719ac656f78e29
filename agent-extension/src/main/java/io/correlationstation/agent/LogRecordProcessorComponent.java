// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.CorrelationPropagator;
import io.correlationstation.agent.carry.KeysOnLogs;
import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ComponentProvider;
import io.opentelemetry.sdk.logs.LogRecordProcessor;

/** Makes {@code correlation:} a LogRecordProcessor in declarative files. */
@AutoService(ComponentProvider.class)
public final class LogRecordProcessorComponent implements ComponentProvider {

  @Override
  public Class<?> getType() {
    return LogRecordProcessor.class;
  }

  @Override
  public String getName() {
    return CorrelationPropagator.NAME;
  }

  @Override
  public Object create(DeclarativeConfigProperties ignored) {
    Carrier carrier = Carrier.current();
    return carrier.isActive() ? new KeysOnLogs(carrier) : LogRecordProcessor.composite();
  }
}
