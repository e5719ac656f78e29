// SPDX-License-Identifier: Apache-2.0
/** Keys in messages that arrive, by rule. */
@NullMarked
package io.correlationstation.agent.message;

import org.jspecify.annotations.NullMarked;
