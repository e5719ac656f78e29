// SPDX-License-Identifier: Apache-2.0
/** The OTLP wire format: scan what is needed, slice what is forwarded, encode synthetic spans. */
@NullMarked
package io.correlationstation.server.otlp;

import org.jspecify.annotations.NullMarked;
