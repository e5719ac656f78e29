// SPDX-License-Identifier: Apache-2.0
/** Keys in what other services answer. */
@NullMarked
package io.correlationstation.agent.response;

import org.jspecify.annotations.NullMarked;
