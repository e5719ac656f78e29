// SPDX-License-Identifier: Apache-2.0
/** Keys in the logging context of Logback. */
@NullMarked
package io.correlationstation.agent.logback;

import org.jspecify.annotations.NullMarked;
