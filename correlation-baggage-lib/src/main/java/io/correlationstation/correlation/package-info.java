// SPDX-License-Identifier: Apache-2.0
/** Correlation keys as baggage, workflows with steps, events. */
@NullMarked
package io.correlationstation.correlation;

import org.jspecify.annotations.NullMarked;
