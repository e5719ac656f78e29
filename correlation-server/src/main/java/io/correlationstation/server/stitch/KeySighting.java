// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * Keys seen together outside a span: on a log record, on an orchestrator's resource.
 *
 * @param traceHigh big-endian half of the trace the record belongs to; both halves 0 when it has
 *     none
 * @param timeNanos event time of the record
 * @param keys values by the key's own name; unknown names are ignored
 * @param source where it was seen, such as {@code log:arda}: the provenance of what is learnt
 */
public record KeySighting(
    long traceHigh, long traceLow, long timeNanos, Map<String, String> keys, String source) {
  public KeySighting {
    keys = Map.copyOf(keys);
    requireNonNull(source, "source");
  }
}
