// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import io.correlationstation.agent.bridge.BridgeInstaller;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.process.ProcessRoot;
import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;

/** What has to happen before the agent builds its SDK, however the agent is configured. */
final class Startup {

  private Startup() {}

  /** Reads the settings and makes the carrier of this JVM. */
  static Carrier start(SettingsSource source) {
    Carrier carrier = Carrier.of(Settings.read(source));
    carrier.install();
    if (carrier.isActive()) {
      BridgeInstaller.install(carrier);
      ProcessRoot.prepare(carrier);
    }
    return carrier;
  }
}
