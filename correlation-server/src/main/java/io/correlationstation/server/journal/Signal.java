// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

/** What a frame carries; the ordinal plus one is the code on disk, so the order never changes. */
public enum Signal {
  /** An OTLP {@code ExportTraceServiceRequest}. */
  TRACES,
  /** An OTLP {@code ExportLogsServiceRequest}; every log intake is converted to it. */
  LOGS,
  /** An OTLP {@code ExportMetricsServiceRequest}. */
  METRICS,
  /**
   * Decisions of the stitcher as JSON lines, so that every reader sees them and replay keeps them.
   */
  HANDOFFS,
  /** What persons ruled on handoffs and aliases, as JSON lines; readers carry it out. */
  RULINGS
}
