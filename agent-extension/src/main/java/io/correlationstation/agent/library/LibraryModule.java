// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.library;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.bridge.WovenModule;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;

/** Lets the application's copy of the library see and set the keys that the agent holds. */
@AutoService(InstrumentationModule.class)
public final class LibraryModule extends WovenModule {

  public LibraryModule() {
    super("correlation-library", new AgentKeysInstrumentation());
  }
}
