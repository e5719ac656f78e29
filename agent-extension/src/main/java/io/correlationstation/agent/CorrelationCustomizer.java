// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.CorrelationPropagator;
import io.correlationstation.agent.carry.Failures;
import io.correlationstation.agent.carry.KeysOnLogs;
import io.correlationstation.agent.carry.KeysOnSpans;
import io.correlationstation.agent.settings.SettingsSource;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Where the agent finds the extension when it is set by properties and environment variables. */
@AutoService(AutoConfigurationCustomizerProvider.class)
public final class CorrelationCustomizer implements AutoConfigurationCustomizerProvider {

  private static final String PROPAGATORS = "otel.propagators";

  @Override
  public void customize(AutoConfigurationCustomizer agent) {
    try {
      agent.addPropertiesCustomizer(CorrelationCustomizer::start);
      agent.addTracerProviderCustomizer(
          (tracers, config) ->
              isActive()
                  ? tracers.addSpanProcessorFirst(new KeysOnSpans(Carrier.current()))
                  : tracers);
      agent.addLoggerProviderCustomizer(
          (loggers, config) ->
              isActive()
                  ? loggers.addLogRecordProcessorFirst(new KeysOnLogs(Carrier.current()))
                  : loggers);
    } catch (Throwable failure) {
      Failures.record("start", failure);
    }
  }

  private static boolean isActive() {
    try {
      return Carrier.current().isActive();
    } catch (Throwable failure) {
      Failures.record("start", failure);
      return false;
    }
  }

  /** Reads the settings, which come first, and returns the properties to change. */
  private static Map<String, String> start(ConfigProperties config) {
    try {
      if (!Startup.start(SettingsSource.of(config)).isActive()) {
        return Collections.emptyMap();
      }
      return withPropagator(config.getList(PROPAGATORS));
    } catch (Throwable failure) {
      Failures.record("start", failure);
      return Collections.emptyMap();
    }
  }

  /** Appends our propagator; empty means that the user left the agent's default. */
  private static Map<String, String> withPropagator(List<String> configured) {
    if (configured.contains("none") || configured.contains(CorrelationPropagator.NAME)) {
      return Collections.emptyMap();
    }
    List<String> names =
        new ArrayList<>(
            configured.isEmpty() ? Arrays.asList("tracecontext", "baggage") : configured);
    names.add(CorrelationPropagator.NAME);
    return Collections.singletonMap(PROPAGATORS, String.join(",", names));
  }
}
