// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.stitch.Handoff;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which handoffs are asked for; everything given must hold.
 *
 * @param keys correlation key → value, of the trace that took the work up; a circuit may be given
 *     by any alias
 */
public record LinkFilter(
    Map<String, String> keys,
    @Nullable String traceId,
    Handoff.@Nullable State state,
    double minConfidence) {

  public static final LinkFilter ALL = new LinkFilter(Map.of(), null, null, 0);
}
