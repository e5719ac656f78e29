// SPDX-License-Identifier: Apache-2.0
/** The way from woven application code into the extension. */
@NullMarked
package io.correlationstation.agent.bridge;

import org.jspecify.annotations.NullMarked;
