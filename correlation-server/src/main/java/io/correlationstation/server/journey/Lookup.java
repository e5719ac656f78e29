// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an id leads to; all empty when it is not known.
 *
 * @param circuitIds the most recent first
 * @param journeyIds journeys that the id belongs to, the most recent first; for a circuit or a
 *     product all of its latest ones
 * @param traceId when the id is one of a trace whose spans are known, as 32 lower-case digits
 * @param handoffId when the id is one of a handoff
 */
public record Lookup(
    List<String> circuitIds,
    List<String> journeyIds,
    @Nullable String traceId,
    @Nullable String handoffId) {

  static final Lookup NOTHING = new Lookup(List.of(), List.of(), null, null);
}
