// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.bridge.WovenModule;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;

/** Watches bodies of requests as servlets and handlers of the JDK's server read them. */
@AutoService(InstrumentationModule.class)
public final class BodyModule extends WovenModule {

  public BodyModule() {
    super(
        "correlation-body",
        new BodyStreamInstrumentation("jakarta.servlet.ServletInputStream"),
        new BodyStreamInstrumentation("javax.servlet.ServletInputStream"),
        new JdkBodyStreamInstrumentation(),
        new CoyoteReaderInstrumentation(),
        new ParameterInstrumentation("jakarta.servlet.ServletRequest"),
        new ParameterInstrumentation("javax.servlet.ServletRequest"));
  }
}
