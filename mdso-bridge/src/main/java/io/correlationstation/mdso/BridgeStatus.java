// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import org.jspecify.annotations.Nullable;

/**
 * How the bridge is, for {@code /ready} and for people.
 *
 * @param problem why the last collection of some product type failed, without secrets; null when
 *     the last one of each type that ran succeeded, wholly or in part
 * @param rulesProblem why the rule file as it is now is not in force; null when it is
 * @param lostEvents own spans and events that the sink refused, since the start
 */
public record BridgeStatus(
    @Nullable String problem, @Nullable String rulesProblem, long lostEvents) {

  /** Whether nothing is wrong that a person should look at. */
  public boolean isFine() {
    return problem == null && rulesProblem == null;
  }
}
