// SPDX-License-Identifier: Apache-2.0
/** Keys in the logging context of Log4j 2. */
@NullMarked
package io.correlationstation.agent.log4j;

import org.jspecify.annotations.NullMarked;
