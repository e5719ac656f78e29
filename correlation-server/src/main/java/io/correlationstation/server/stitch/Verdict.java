// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/**
 * A person's word on one handoff. The latest verdict on a pair of spans holds, and no evidence
 * overrides it.
 *
 * @param confirmed true: this parent is right, whatever else competes; false: it is wrong, others
 *     may still win
 * @param author who said so
 */
public record Verdict(
    String childTraceId,
    String childSpanId,
    String parentTraceId,
    String parentSpanId,
    boolean confirmed,
    String author) {}
