// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.time.Duration;
import java.util.List;

/**
 * How logs look in Loki, and the limits of that Loki.
 *
 * @param environment value of the label {@code env} for a service that does not name its own
 * @param extraLabels attributes that become labels besides {@code service} and {@code env}; each
 *     needs few values, and ids are refused
 * @param maxSampleAge {@code reject_old_samples_max_age} of the Loki
 */
public record LokiOptions(String environment, List<String> extraLabels, Duration maxSampleAge) {

  public static final int MAX_EXTRA_LABELS = 4;

  public static final LokiOptions DEFAULT =
      new LokiOptions("dev", List.of(), Duration.ofHours(168));

  private static final List<String> NEVER_LABELS =
      List.of(
          "trace_id",
          "span_id",
          "circuit_id",
          "product_id",
          "resource_id",
          "resource_type_id",
          "request_id");

  public LokiOptions {
    if (environment.isBlank()) {
      throw new IllegalArgumentException("environment is blank");
    }
    extraLabels = List.copyOf(extraLabels);
    if (extraLabels.size() > MAX_EXTRA_LABELS) {
      throw new IllegalArgumentException(
          "extraLabels > " + MAX_EXTRA_LABELS + ": " + extraLabels.size());
    }
    for (String label : extraLabels) {
      if (isId(LokiNames.label(label))) {
        throw new IllegalArgumentException("extraLabels has an id, a stream per value: " + label);
      }
    }
    if (maxSampleAge.isNegative() || maxSampleAge.isZero()) {
      throw new IllegalArgumentException("maxSampleAge <= 0: " + maxSampleAge);
    }
  }

  /** Whether a label of that name would have a stream for each value. */
  static boolean isId(String label) {
    return NEVER_LABELS.contains(label);
  }
}
