// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import org.jspecify.annotations.Nullable;

/**
 * State of the journal at one moment.
 *
 * @param nextSequence the sequence number the next frame gets
 * @param oldestSequence the oldest sequence number still there, or the next one when none is
 * @param bytes size of all segments
 * @param segments how many segments there are
 * @param refusing why appends are refused at the moment, or null when they are taken
 */
public record JournalStatus(
    long nextSequence, long oldestSequence, long bytes, int segments, @Nullable String refusing) {}
