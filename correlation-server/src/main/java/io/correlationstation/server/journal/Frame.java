// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * One unit of intake, kept as its sender wrote it.
 *
 * @param signal what the payload is
 * @param receivedNanos when it was received, in nanoseconds since the epoch; readers take it for
 *     times that a record lacks, so that replay gives the same value
 * @param items spans, records or data points in the payload, at least 0
 * @param headers what exporters and readers need besides the payload, such as {@code x-scope-orgid}
 *     or {@code origin}; keys in lower case
 * @param payload decompressed protobuf; never changed after the frame is made
 */
public record Frame(
    Signal signal, long receivedNanos, int items, Map<String, String> headers, byte[] payload) {

  /**
   * Header naming the part of the server that wrote a frame itself; absent on what was received.
   */
  public static final String ORIGIN = "origin";

  public Frame {
    requireNonNull(signal, "signal");
    requireNonNull(payload, "payload");
    headers = Map.copyOf(headers);
    if (items < 0) {
      throw new IllegalArgumentException("items < 0: " + items);
    }
  }

  /** Whether the server made this frame, such as the synthetic spans of the stitcher. */
  public boolean ownWork() {
    return headers.containsKey(ORIGIN);
  }
}
