// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.telemetry;

import java.util.List;
import java.util.Map;

/**
 * One series of a metric as it stands.
 *
 * @param name such as {@code mdso.api.calls}
 * @param attributes in the order of the metric's definition
 * @param value of a counter or gauge; the sum of a histogram
 * @param count of a histogram, else 0
 * @param bucketCounts of a histogram, one more than it has bounds; else empty
 */
public record MetricPoint(
    String name,
    Kind kind,
    Map<String, String> attributes,
    double value,
    long count,
    List<Long> bucketCounts) {

  /** How points of a metric behave. */
  public enum Kind {
    COUNTER,
    UP_DOWN_COUNTER,
    GAUGE,
    HISTOGRAM
  }
}
