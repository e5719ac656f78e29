// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.server.journal.Signal;

/**
 * A stream of export requests, each different from all others.
 *
 * <p>Thread-safe.
 */
final class Batches {

  private final Signal signal;
  private final long run;
  private final int lag;
  private final Template template;

  private Batches(Signal signal, long run, int lag, Template template) {
    this.signal = signal;
    this.run = run;
    this.lag = lag;
    this.template = template;
  }

  /**
   * Requests of {@link SpanRequest spans}.
   *
   * @param keyedTraces how many of a request's {@link Traffic#TRACES} traces belong to orders
   * @param run tells apart the ids of runs against the same data
   * @param lag requests between the pieces of an order
   */
  static Batches ofSpans(int keyedTraces, long run, int lag) {
    return new Batches(Signal.TRACES, run, lag, new Template(SpanRequest.encode(keyedTraces)));
  }

  /**
   * Requests of {@link LogRequest log records}, each for a span of the {@link #ofSpans spans} of
   * the same parameters and number.
   */
  static Batches ofLogs(int keyedTraces, long run, int lag) {
    return new Batches(Signal.LOGS, run, lag, new Template(LogRequest.encode(keyedTraces)));
  }

  Signal signal() {
    return signal;
  }

  /** Spans or records in every request. */
  int items() {
    return Traffic.TRACES * Traffic.SPANS_PER_TRACE;
  }

  /**
   * The request of that number.
   *
   * @param number 0, 1, 2, …; equal numbers give equal ids
   * @param nowNanos event time of its newest item, in nanoseconds since the epoch
   */
  byte[] request(long number, long nowNanos) {
    return template.copy(new Traffic(run, lag).at(number, nowNanos));
  }
}
