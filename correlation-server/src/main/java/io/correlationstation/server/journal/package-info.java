// SPDX-License-Identifier: Apache-2.0
/** The durable log: frames, segments, cursors, force, recovery. */
@NullMarked
package io.correlationstation.server.journal;

import org.jspecify.annotations.NullMarked;
