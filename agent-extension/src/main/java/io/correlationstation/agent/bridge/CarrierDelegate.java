// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.bridge;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Key;
import io.correlationstation.agent.carry.Source;
import io.opentelemetry.context.Context;
import io.opentelemetry.javaagent.bootstrap.correlation.CorrelationBridge;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers woven code from the current context. Loaded by name, see {@link BridgeInstaller}. */
public final class CarrierDelegate implements CorrelationBridge.Delegate {

  private CarrierDelegate() {}

  /** Connects the bridge. */
  public static void install() {
    CorrelationBridge.install(new CarrierDelegate());
  }

  @Override
  public @Nullable String get(String name) {
    Key key = Carrier.current().keys().named(name);
    return key == null ? null : Carrier.current().valueOf(Context.current(), key);
  }

  @Override
  public boolean put(String name, String value) {
    Key key = Carrier.current().keys().named(name);
    return key != null && Carrier.current().discover(Context.current(), key, value, Source.API);
  }

  @Override
  public Map<String, String> withKeys(Map<String, String> mdc) {
    return Carrier.current().withKeys(Context.current(), mdc);
  }

  @Override
  public void failed(Throwable failure) {
    Carrier.current().failures().record("bridge", failure);
  }
}
