// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.process;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.bridge.WovenModule;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;

/** Tells child processes keys and trace context through their environment. */
@AutoService(InstrumentationModule.class)
public final class ProcessModule extends WovenModule {

  public ProcessModule() {
    super("correlation-process", new ProcessBuilderInstrumentation());
  }
}
