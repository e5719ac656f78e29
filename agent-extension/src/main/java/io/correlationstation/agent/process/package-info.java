// SPDX-License-Identifier: Apache-2.0
/** Keys and trace context from the process that started this one, and to those it starts. */
@NullMarked
package io.correlationstation.agent.process;

import org.jspecify.annotations.NullMarked;
