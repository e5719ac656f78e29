// SPDX-License-Identifier: Apache-2.0
/** Metrics whose attributes cannot grow without bound. */
@NullMarked
package io.correlationstation.correlation.metrics;

import org.jspecify.annotations.NullMarked;
