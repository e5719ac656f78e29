// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.correlationstation.server.journey.JourneyDiff;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a journey differs from good ones of its kind. */
@JsonNaming(SnakeCaseStrategy.class)
record DiffDocument(String journeyId, List<String> baseline, List<DifferenceDocument> differences) {

  static DiffDocument of(JourneyDiff diff) {
    return new DiffDocument(
        diff.journeyId(),
        diff.baseline(),
        Documents.list(diff.differences(), DifferenceDocument::of));
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record DifferenceDocument(
      String kind,
      String service,
      String name,
      double offsetMs,
      @Nullable Double durationMs,
      @Nullable Double expectedMs,
      @Nullable String traceId,
      @Nullable String spanId,
      @Nullable String defectCode) {

    static DifferenceDocument of(JourneyDiff.Difference difference) {
      return new DifferenceDocument(
          Documents.lowerCase(difference.kind()),
          difference.service(),
          difference.name(),
          Times.millis(difference.offsetNanos()),
          millis(difference.durationNanos()),
          millis(difference.expectedNanos()),
          difference.traceId(),
          difference.spanId(),
          difference.defectCode());
    }

    private static @Nullable Double millis(@Nullable Long nanos) {
      return nanos == null ? null : Double.valueOf(Times.millis(nanos));
    }
  }
}
