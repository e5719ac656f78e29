// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

/** Takes the log records of a scan, one by one. */
@FunctionalInterface
public interface LogSink {
  void log(LogView log);
}
