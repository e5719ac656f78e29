// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.stitch.Handoff;
import org.jspecify.annotations.Nullable;

/**
 * A handoff as it stands now.
 *
 * @param supersededBy id of the handoff that replaced it, or null
 */
public record Link(Handoff handoff, @Nullable String supersededBy) {

  /** The state to show: what was replaced is rejected, whatever it was before. */
  public Handoff.State state() {
    return supersededBy == null ? handoff.state() : Handoff.State.REJECTED;
  }
}
