// SPDX-License-Identifier: Apache-2.0
/** Runs of work on a circuit, and the store that keeps them. */
@NullMarked
package io.correlationstation.server.journey;

import org.jspecify.annotations.NullMarked;
