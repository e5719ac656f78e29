// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import org.jspecify.annotations.Nullable;

/**
 * The way to the keys that the agent holds for the current request.
 *
 * <p>Without the agent both methods do nothing. The agent extension finds them by name and weaves
 * its own answer in, so neither class name nor signatures may change.
 */
final class AgentKeys {

  private AgentKeys() {}

  /** Returns what the agent knows, or null without the agent or when it knows nothing. */
  static @Nullable String get(String name) {
    return null;
  }

  /** Returns whether the agent keeps the value for the rest of the current request. */
  static boolean put(String name, String value) {
    return false;
  }
}
