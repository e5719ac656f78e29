// SPDX-License-Identifier: Apache-2.0
/** What reading OTLP costs. */
@NullMarked
package io.correlationstation.benchmarks.otlp;

import org.jspecify.annotations.NullMarked;
