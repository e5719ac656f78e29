// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which correlation records are asked for; everything given must hold.
 *
 * @param keys correlation key → value; a circuit may be given by any alias
 * @param fromNanos fragments that end before are left out
 * @param toNanos fragments that start after are left out
 */
public record CorrelationFilter(
    @Nullable String traceId,
    Map<String, String> keys,
    @Nullable String service,
    long fromNanos,
    long toNanos) {

  public static final CorrelationFilter ALL =
      new CorrelationFilter(null, Map.of(), null, Long.MIN_VALUE, Long.MAX_VALUE);
}
