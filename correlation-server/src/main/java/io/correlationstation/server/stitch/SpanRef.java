// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/**
 * Where one end of a handoff is: enough to name it, place it in time and write spans about it.
 *
 * @param traceId 32 lower-case hexadecimal digits
 * @param spanId 16 lower-case hexadecimal digits
 * @param startNanos nanoseconds since the epoch, as the sender wrote them
 */
public record SpanRef(
    String traceId, String spanId, String service, String name, long startNanos, long endNanos) {}
