// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.agent;

import java.util.Locale;

/**
 * What one of many requests has cost: bytes allocated, processor time of the JVM, of that the part
 * of threads that run Java, and time in compilers.
 */
record Cost(double bytes, double cpuMicros, double threadMicros, double compileMicros) {

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.0f B, %.1f us, %.1f us of Java threads, %.1f us in compilers",
        bytes,
        cpuMicros,
        threadMicros,
        compileMicros);
  }
}
