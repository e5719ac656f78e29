// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A journey in one line.
 *
 * @param rootName name of the span it began with, or null when only logs are known
 * @param services sorted
 */
public record JourneySummary(
    String id,
    List<String> circuitIds,
    long startNanos,
    long endNanos,
    Journey.State state,
    @Nullable String defectCode,
    @Nullable String rootName,
    List<String> services,
    int fragmentCount,
    int spanCount,
    int errorCount) {}
