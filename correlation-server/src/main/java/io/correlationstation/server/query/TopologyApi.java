// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.correlationstation.server.query.Documents.ListDocument;
import io.correlationstation.server.stitch.EdgeStatistics;
import io.javalin.http.Context;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers which services call which, as the stitcher sees it. */
final class TopologyApi {

  private static final double NANOS_PER_MILLI = 1e6;

  private final Supplier<List<EdgeStatistics>> edges;

  TopologyApi(Supplier<List<EdgeStatistics>> edges) {
    this.edges = edges;
  }

  /** All edges, the one that most handoffs were found on first. */
  void topology(Context context) {
    List<EdgeDocument> items =
        edges.get().stream()
            .sorted(
                Comparator.comparingDouble(EdgeStatistics::joined)
                    .reversed()
                    .thenComparing(edge -> edge.edge().caller())
                    .thenComparing(edge -> edge.edge().callee()))
            .map(EdgeDocument::of)
            .toList();
    Json.answer(context, new ListDocument<>(items, null));
  }

  /**
   * One edge as the API shows it.
   *
   * @param medianDelayMs null while nothing is learnt
   */
  @JsonNaming(SnakeCaseStrategy.class)
  record EdgeDocument(
      String caller,
      String callee,
      double intact,
      double joined,
      double lostShare,
      @Nullable Double medianDelayMs,
      boolean configured) {

    static EdgeDocument of(EdgeStatistics edge) {
      return new EdgeDocument(
          edge.edge().caller(),
          edge.edge().callee(),
          edge.intact(),
          edge.joined(),
          edge.lostShare(),
          edge.medianDelayNanos() < 0 ? null : edge.medianDelayNanos() / NANOS_PER_MILLI,
          edge.configured());
    }
  }
}
