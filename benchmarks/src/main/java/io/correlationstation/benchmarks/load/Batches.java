// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.server.journal.Signal;

/** A stream of export requests, each different from all others. */
interface Batches {

  Signal signal();

  /** Spans or records in every request. */
  int items();

  /**
   * The request of that number.
   *
   * @param number 0, 1, 2, …; equal numbers give equal ids
   * @param nowNanos event time of its newest item, in nanoseconds since the epoch
   */
  byte[] request(long number, long nowNanos);
}
