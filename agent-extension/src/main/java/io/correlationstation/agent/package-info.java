// SPDX-License-Identifier: Apache-2.0
/** Where the agent finds the extension: the entry points and what is said at the start. */
@NullMarked
package io.correlationstation.agent;

import org.jspecify.annotations.NullMarked;
