// SPDX-License-Identifier: Apache-2.0
/** Trace context and correlation keys in the headers of messages; spans for sending and taking. */
@NullMarked
package io.correlationstation.correlation.messaging;

import org.jspecify.annotations.NullMarked;
