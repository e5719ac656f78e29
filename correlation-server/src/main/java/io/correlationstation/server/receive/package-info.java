// SPDX-License-Identifier: Apache-2.0
/** HTTP, gRPC, OTLP and Loki dialects, limits, authentication of senders. */
@NullMarked
package io.correlationstation.server.receive;

import org.jspecify.annotations.NullMarked;
