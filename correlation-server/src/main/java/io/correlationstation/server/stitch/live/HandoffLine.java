// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.stitch.Handoff;
import org.jspecify.annotations.Nullable;

/**
 * A decision as the line it is written in, and what finds and orders it: all that a store needs,
 * without making objects of the reasons and writing them again.
 *
 * @param text the whole decision, which {@link HandoffLines#parse(String)} reads
 */
public record HandoffLine(
    String id,
    String parentTraceId,
    String childTraceId,
    long childStartNanos,
    double confidence,
    Handoff.State state,
    @Nullable String supersedes,
    String text) {}
