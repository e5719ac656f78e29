// SPDX-License-Identifier: Apache-2.0
/**
 * Spans and durations of commands, queries, domain events, repositories and messages, without a
 * hand-written span.
 */
@NullMarked
package io.correlationstation.correlation.traced;

import org.jspecify.annotations.NullMarked;
