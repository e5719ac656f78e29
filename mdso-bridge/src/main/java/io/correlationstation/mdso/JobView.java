// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A collection of one product type as {@code GET /mdso/jobs/{id}} shows it. Times are RFC 3339.
 *
 * @param status {@code queued}, {@code running}, {@code succeeded}, {@code partial} when single
 *     resources failed, {@code failed} when the listing or the login did
 * @param errors at most 20 messages that name the HTTP status and never a secret
 */
@JsonNaming(SnakeCaseStrategy.class)
public record JobView(
    String jobId,
    String productType,
    @Nullable String timeRange,
    String status,
    @Nullable String startedAt,
    @Nullable String endedAt,
    Map<String, Long> counts,
    List<String> errors) {}
