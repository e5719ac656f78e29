// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.time.Duration;

/**
 * What one request to a destination may hold and how long it may take.
 *
 * @param maxBytes of a request before compression; only a single item may be larger
 * @param maxItems spans, records or data points of a request
 * @param linger how long a batch that is not full waits for more
 * @param timeout of the whole exchange, from connecting to the last byte of the answer
 */
public record BatchLimits(int maxBytes, int maxItems, Duration linger, Duration timeout) {

  public static final BatchLimits DEFAULT =
      new BatchLimits(4 << 20, 8192, Duration.ofMillis(200), Duration.ofSeconds(30));

  public BatchLimits {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes < 1: " + maxBytes);
    }
    if (maxItems < 1) {
      throw new IllegalArgumentException("maxItems < 1: " + maxItems);
    }
    if (linger.isNegative()) {
      throw new IllegalArgumentException("linger < 0: " + linger);
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout <= 0: " + timeout);
    }
  }
}
