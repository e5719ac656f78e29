// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.stitch.Handoff;
import org.jspecify.annotations.Nullable;

/** Which handoffs are asked for; everything given must hold. */
public record LinkFilter(
    @Nullable String circuitId,
    @Nullable String traceId,
    Handoff.@Nullable State state,
    double minConfidence) {

  public static final LinkFilter ALL = new LinkFilter(null, null, null, 0);
}
