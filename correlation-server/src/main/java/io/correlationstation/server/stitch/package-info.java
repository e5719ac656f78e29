// SPDX-License-Identifier: Apache-2.0
/**
 * Fragments, evidence, handoffs, aliases, event time. JDK only: no I/O, no threads, no wall clock.
 */
@NullMarked
package io.correlationstation.server.stitch;

import org.jspecify.annotations.NullMarked;
