// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.bridge;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Failures;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A module whose advice does nothing but call the bridge, so that it needs no helper classes; it is
 * off when the extension is, or when the bridge could not be installed.
 */
public abstract class WovenModule extends InstrumentationModule {

  private final List<TypeInstrumentation> types;

  protected WovenModule(String name, TypeInstrumentation... types) {
    super(name);
    this.types = Collections.unmodifiableList(Arrays.asList(types));
  }

  /** Whether the extension is on and woven code reaches it. */
  public static boolean mayWeave() {
    try {
      return Carrier.current().isActive() && BridgeInstaller.isInstalled();
    } catch (Throwable failure) {
      Failures.record("start", failure);
      return false;
    }
  }

  @Override
  public final boolean defaultEnabled() {
    return mayWeave();
  }

  @Override
  public final boolean defaultEnabled(ConfigProperties config) {
    return defaultEnabled();
  }

  @Override
  public final List<TypeInstrumentation> typeInstrumentations() {
    return types;
  }
}
