// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.bridge.WovenModule;
import io.correlationstation.agent.carry.Carrier;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import java.util.ArrayList;
import java.util.List;

/** Looks at JSON responses of outgoing calls; weaves nothing when no rule asks for it. */
@AutoService(InstrumentationModule.class)
public final class ResponseModule extends WovenModule {

  public ResponseModule() {
    super("correlation-response", types());
  }

  private static TypeInstrumentation[] types() {
    List<TypeInstrumentation> types = new ArrayList<>();
    if (mayWeave() && !Carrier.current().settings().responseRules().isEmpty()) {
      types.add(new ResponseBodyInstrumentation());
      types.add(new OkHttpBodyInstrumentation());
      types.add(new OkioSourceInstrumentation());
      types.add(new ReactorBodyInstrumentation(ReactorCalls.CALL));
      for (String stream : ResponseReading.STREAMS) {
        types.add(new NamedStreamInstrumentation(stream));
      }
    }
    return types.toArray(new TypeInstrumentation[0]);
  }
}
