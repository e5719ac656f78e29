// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.traced;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.context.Context;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The histogram of all operations, made once for each telemetry. */
final class OperationDurations {

  private static volatile @Nullable OperationDurations latest;

  private final CurrentTelemetry telemetry;
  private final DoubleHistogram histogram;

  private OperationDurations(CurrentTelemetry telemetry) {
    this.telemetry = telemetry;
    this.histogram =
        telemetry
            .meter()
            .histogramBuilder("correlation.operation.duration")
            .setUnit("s")
            .setDescription("Duration of commands, queries, events, repository calls and messages")
            .setExplicitBucketBoundariesAdvice(
                Arrays.asList(
                    0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0))
            .build();
  }

  static void record(
      CurrentTelemetry telemetry, double seconds, Attributes attributes, Context context) {
    OperationDurations durations = latest;
    if (durations == null || durations.telemetry != telemetry) {
      durations = new OperationDurations(telemetry);
      latest = durations;
    }
    durations.histogram.record(seconds, attributes, context);
  }
}
