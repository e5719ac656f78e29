// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.log4j;

import io.opentelemetry.javaagent.bootstrap.correlation.CorrelationBridge;
import java.util.Collections;
import java.util.Map;
import org.apache.logging.log4j.core.util.ContextDataProvider;

/** Tells Log4j the current keys. Lives in the application's class loader. */
public final class KeysProvider implements ContextDataProvider {

  @Override
  public Map<String, String> supplyContextData() {
    Map<String, String> keys = CorrelationBridge.withKeys(Collections.emptyMap());
    return keys == null ? Collections.emptyMap() : keys;
  }
}
