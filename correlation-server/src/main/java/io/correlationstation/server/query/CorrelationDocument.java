// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.correlationstation.server.journey.Correlation;
import io.correlationstation.server.journey.Fragment;
import io.correlationstation.server.query.HandoffDocuments.HandoffDocument;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A correlation record: a fragment with its handoffs, each key with one value. */
@JsonNaming(SnakeCaseStrategy.class)
record CorrelationDocument(
    String id,
    String traceId,
    String journeyId,
    @Nullable String circuitId,
    @Nullable String productId,
    @Nullable String resourceId,
    @Nullable String resourceTypeId,
    @Nullable String requestId,
    List<String> services,
    String start,
    String end,
    int spanCount,
    int logCount,
    List<HandoffDocument> handoffs) {

  static CorrelationDocument of(Correlation correlation) {
    Fragment fragment = correlation.fragment();
    return new CorrelationDocument(
        fragment.correlationId(),
        fragment.traceId(),
        fragment.journeyId(),
        fragment.key("circuit_id"),
        fragment.key("product_id"),
        fragment.key("resource_id"),
        fragment.key("resource_type_id"),
        fragment.key("request_id"),
        fragment.services(),
        Times.format(fragment.startNanos()),
        Times.format(fragment.endNanos()),
        fragment.spanCount(),
        fragment.logCount(),
        Documents.list(correlation.links(), HandoffDocument::of));
  }
}
