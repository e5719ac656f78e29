// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.logback;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.bridge.WovenModule;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;

/** Puts the keys, without prefix, into the MDC of Logback's events. */
@AutoService(InstrumentationModule.class)
public final class LogbackModule extends WovenModule {

  public LogbackModule() {
    super("correlation-logback", new LoggingEventInstrumentation());
  }

  /** Before the agent's own MDC module, so that its additions wrap ours. */
  @Override
  public int order() {
    return -1;
  }
}
