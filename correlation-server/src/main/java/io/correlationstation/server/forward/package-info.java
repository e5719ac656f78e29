// SPDX-License-Identifier: Apache-2.0
/** Destinations: one cursor, one response table, one retry state and one dead-letter file each. */
@NullMarked
package io.correlationstation.server.forward;

import org.jspecify.annotations.NullMarked;
