// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

/**
 * An entry at its absolute time.
 *
 * @param nanos since the epoch
 * @param clamped whether the time had to be put right
 * @param log position of its trace log among those of the trace
 */
record Step(TraceEntry entry, long nanos, boolean clamped, int log) {}
