// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import org.jspecify.annotations.Nullable;

/**
 * An order the orchestrator has taken; the answer to the one who placed it, in snake case.
 *
 * @param resourceId the orchestrator's id of the network service
 * @param requestId the caller's id of the request, or one made up for it
 * @param traceId 32 hex digits, or null when nothing traces this process
 * @param reservation {@code made}, or {@code failed} when the inventory could not be told
 */
record Order(
    String circuitId,
    String resourceId,
    String requestId,
    @Nullable String traceId,
    String serviceType,
    String topologyId,
    String reservation) {}
