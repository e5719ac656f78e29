// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.bridge.BridgeInstaller;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Failures;
import io.correlationstation.agent.process.ProcessRoot;
import io.opentelemetry.javaagent.extension.AgentListener;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Says, once the agent runs, what is active; one line, and one for each wrong setting. */
@AutoService(AgentListener.class)
public final class StartLine implements AgentListener {

  private static final Logger logger = Logger.getLogger("io.correlationstation.agent");

  @Override
  public void afterAgent(AutoConfiguredOpenTelemetrySdk sdk) {
    try {
      Carrier carrier = Carrier.current();
      if (!carrier.isActive()) {
        return;
      }
      carrier
          .counters()
          .register(sdk.getOpenTelemetrySdk().getMeter("io.correlationstation.agent"));
      ProcessRoot.read(carrier, sdk.getOpenTelemetrySdk().getPropagators().getTextMapPropagator());
      for (String warning : carrier.settings().warnings()) {
        logger.log(Level.WARNING, "correlation: {0}", warning);
      }
      logger.log(Level.INFO, "correlation: {0}", describe(carrier, sdk));
    } catch (Throwable failure) {
      Failures.record("start", failure);
    }
  }

  private static String describe(Carrier carrier, AutoConfiguredOpenTelemetrySdk sdk)
      throws IOException {
    StringBuilder keys = new StringBuilder();
    for (int i = 0; i < carrier.keys().size(); i++) {
      keys.append(i == 0 ? "" : ",").append(carrier.keys().get(i).name());
    }
    return version()
        + " active; keys "
        + keys
        + "; propagators "
        + sdk.getOpenTelemetrySdk().getPropagators().getTextMapPropagator().fields()
        + "; egress "
        + carrier.settings().egressAllow()
        + "; rules "
        + carrier.settings().pathRules().size()
        + " path, "
        + carrier.settings().jsonRules().size()
        + " json, "
        + carrier.settings().responseRules().size()
        + " response, "
        + carrier.settings().messageRules().size()
        + " message, "
        + carrier.settings().jdbcRules().size()
        + " jdbc; for agents from 2.24"
        + (BridgeInstaller.isInstalled() ? "" : "; bridge missing: no weaving");
  }

  private static String version() throws IOException {
    try (InputStream resource = StartLine.class.getResourceAsStream("version")) {
      if (resource == null) {
        return "version unknown";
      }
      byte[] text = new byte[64];
      int length = Math.max(resource.read(text), 0);
      return "version " + new String(text, 0, length, StandardCharsets.UTF_8).trim();
    }
  }
}
