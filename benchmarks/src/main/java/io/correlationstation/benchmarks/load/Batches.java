// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.benchmarks.load.Traffic.Orders;
import io.correlationstation.server.journal.Signal;
import java.util.function.IntFunction;

/**
 * A stream of export requests, each different from all others.
 *
 * <p>Thread-safe.
 */
final class Batches {

  private final Signal signal;
  private final long run;
  private final Orders orders;
  private final Template withOrders;
  private final Template withoutOrders;

  private Batches(Signal signal, long run, Orders orders, IntFunction<byte[]> encode) {
    this.signal = signal;
    this.run = run;
    this.orders = orders;
    this.withOrders = new Template(encode.apply(orders.keyedTraces()));
    this.withoutOrders = new Template(encode.apply(0));
  }

  /**
   * Requests of {@link SpanRequest spans}.
   *
   * @param run tells apart the ids of runs against the same data
   */
  static Batches ofSpans(Orders orders, long run) {
    return new Batches(Signal.TRACES, run, orders, SpanRequest::encode);
  }

  /**
   * Requests of {@link LogRequest log records}, each for a span of the {@link #ofSpans spans} of
   * the same parameters and number.
   */
  static Batches ofLogs(Orders orders, long run) {
    return new Batches(Signal.LOGS, run, orders, LogRequest::encode);
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
    Template template = orders.in(number) ? withOrders : withoutOrders;
    return template.copy(new Traffic(run, orders).at(number, nowNanos));
  }
}
