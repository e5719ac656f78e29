// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

/**
 * What a person said of a handoff.
 *
 * @param reason in the person's words; may be empty
 * @param timeNanos when, in nanoseconds since the epoch
 */
public record VerdictEntry(boolean confirmed, String reason, String author, long timeNanos) {}
