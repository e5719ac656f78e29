// SPDX-License-Identifier: Apache-2.0
/** The keys that applications set and read through the library. */
@NullMarked
package io.correlationstation.agent.library;

import org.jspecify.annotations.NullMarked;
