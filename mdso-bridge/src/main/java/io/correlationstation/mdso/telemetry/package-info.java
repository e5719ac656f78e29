// SPDX-License-Identifier: Apache-2.0
/** The OTLP that leaves the bridge, its own spans and metrics included. */
@NullMarked
package io.correlationstation.mdso.telemetry;

import org.jspecify.annotations.NullMarked;
