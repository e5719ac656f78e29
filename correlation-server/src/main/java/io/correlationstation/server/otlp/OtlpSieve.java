// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

/**
 * Lets the good items of an OTLP request through and sets the bad ones aside, on the bytes.
 *
 * <p>An item is rejected when its own bytes are no message, a text in it is not UTF-8, it is nested
 * deeper than 100 messages, a oneof is set twice, or an id has the wrong length (a span's own ids
 * must also not be zero). A fault in a resource, a scope or a metric's head costs the items below
 * it. Everything else, unknown fields included, stays byte for byte; with nothing to change the
 * payload that comes back is the array that was given.
 *
 * <p>A log record is never rejected for its ids: what was sent becomes the attribute {@code
 * trace_id} or {@code span_id}. A record without any time gets the time of receipt as its observed
 * time, so that every reader of the frame sees the same.
 *
 * <p>Cost: one pass over every byte; builds nothing unless something has to change.
 */
public final class OtlpSieve {

  /**
   * What came through.
   *
   * @param payload the request without the rejected items
   * @param items how many items it holds
   * @param rejected what was left out
   * @param stamped whether a record got the time of receipt, so that the same bytes sent again are
   *     not the same event
   */
  public record Sieved(byte[] payload, int items, Rejected rejected, boolean stamped) {}

  private OtlpSieve() {}

  /** Sieves an {@code ExportTraceServiceRequest}. */
  public static Sieved traces(byte[] payload) throws MalformedOtlpException {
    return new Sieve(payload, 0).request(Shape.TRACES);
  }

  /**
   * Sieves an {@code ExportLogsServiceRequest}.
   *
   * @param receivedNanos time of receipt in nanoseconds since the epoch
   */
  public static Sieved logs(byte[] payload, long receivedNanos) throws MalformedOtlpException {
    return new Sieve(payload, receivedNanos).request(Shape.LOGS);
  }

  /** Sieves an {@code ExportMetricsServiceRequest}. */
  public static Sieved metrics(byte[] payload) throws MalformedOtlpException {
    return new Sieve(payload, 0).request(Shape.METRICS);
  }
}
