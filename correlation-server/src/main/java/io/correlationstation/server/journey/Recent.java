// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values by key, of which those are kept whose keys came last. What is asked for or put again keeps
 * its place: handoffs are decided within seconds of the traces or not at all. Not thread-safe.
 */
final class Recent<K, V> extends LinkedHashMap<K, V> {

  private static final long serialVersionUID = 1;

  private final int most;

  Recent(int most) {
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
