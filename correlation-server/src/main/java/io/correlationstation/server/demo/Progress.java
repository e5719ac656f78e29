// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import java.io.PrintWriter;
import java.util.Locale;

/** Tells a waiting person what happens, with the seconds since the start. Thread-safe. */
final class Progress {

  private final PrintWriter out;
  private final long startNanos = System.nanoTime();

  Progress(PrintWriter out) {
    this.out = out;
  }

  synchronized void say(String what) {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    out.printf(Locale.ROOT, "[%5.1f s] %s%n", seconds, what);
    out.flush();
  }
}
