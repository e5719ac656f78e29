// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.jdbc;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.bridge.WovenModule;
import io.correlationstation.agent.carry.Carrier;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;

/** Looks at bound parameters of SQL statements; weaves nothing when no rule asks for it. */
@AutoService(InstrumentationModule.class)
public final class JdbcModule extends WovenModule {

  public JdbcModule() {
    super("correlation-jdbc", types());
  }

  private static TypeInstrumentation[] types() {
    return mayWeave() && !Carrier.current().settings().jdbcRules().isEmpty()
        ? new TypeInstrumentation[] {
          new ConnectionInstrumentation(), new PreparedStatementInstrumentation()
        }
        : new TypeInstrumentation[0];
  }
}
