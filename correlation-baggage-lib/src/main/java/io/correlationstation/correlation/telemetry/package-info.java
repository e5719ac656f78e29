// SPDX-License-Identifier: Apache-2.0
/** Where the library's own packages get tracer, meter and logger from; not for applications. */
@NullMarked
package io.correlationstation.correlation.telemetry;

import org.jspecify.annotations.NullMarked;
