// SPDX-License-Identifier: Apache-2.0
/** Log lines as JSON, for services that log with Logback. */
@NullMarked
package io.correlationstation.correlation.logging;

import org.jspecify.annotations.NullMarked;
