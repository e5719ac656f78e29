// SPDX-License-Identifier: Apache-2.0
/** The keys of a request: where they come from, where they are kept, where they go. */
@NullMarked
package io.correlationstation.agent.carry;

import org.jspecify.annotations.NullMarked;
