// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.response;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.bridge.WovenModule;
import io.correlationstation.agent.carry.Carrier;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;

/** Looks at JSON responses of outgoing calls; weaves nothing when no rule asks for it. */
@AutoService(InstrumentationModule.class)
public final class ResponseModule extends WovenModule {

  public ResponseModule() {
    super("correlation-response", types());
  }

  private static TypeInstrumentation[] types() {
    return mayWeave() && !Carrier.current().settings().responseRules().isEmpty()
        ? new TypeInstrumentation[] {
          new JdkClientInstrumentation(), new OkHttpBodyInstrumentation()
        }
        : new TypeInstrumentation[0];
  }
}
