// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Map;

/**
 * A moment's figures of a {@link Stitcher}, for metrics.
 *
 * @param holdNanos how long the watermark waits for sources that lag, beyond the allowed lateness
 * @param losses what was not used, by reason, such as {@code duplicate_span} or {@code
 *     evicted_capacity}; counts since the start
 * @param decisions handoffs given to the sink by state, and {@code abstained}
 * @param skewNanos estimated clock offset by service, relative to the median service
 * @param vetoes pairs excluded by a contradicting strong key
 * @param quarantinedValues key values that are junk or join too much
 * @param keyValues different values held, by key
 * @param refits how often the model was fitted
 */
public record StitchStatistics(
    long spans,
    int liveFragments,
    int openChildren,
    int liveExits,
    int aliases,
    long watermarkNanos,
    long holdNanos,
    Map<String, Long> losses,
    Map<String, Long> decisions,
    Map<String, Long> skewNanos,
    long vetoes,
    int quarantinedValues,
    Map<String, Integer> keyValues,
    long refits) {

  public StitchStatistics {
    losses = Map.copyOf(losses);
    decisions = Map.copyOf(decisions);
    skewNanos = Map.copyOf(skewNanos);
    keyValues = Map.copyOf(keyValues);
  }
}
