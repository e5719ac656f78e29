// SPDX-License-Identifier: Apache-2.0
/** Wiring and command line. */
@NullMarked
package io.correlationstation.server;

import org.jspecify.annotations.NullMarked;
