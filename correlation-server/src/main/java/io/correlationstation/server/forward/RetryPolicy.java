// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.time.Duration;

/**
 * How a destination that does not take a request is asked again. There is no last attempt.
 *
 * @param initialBackoff upper bound of the first pause; the bound doubles with each failure and the
 *     pause is drawn evenly below it (full jitter), so that many senders do not return together
 * @param maxBackoff the bound never grows past this
 * @param maxRetryAfter a destination's {@code Retry-After} counts up to this
 * @param probeInterval pause between probes of a destination that is held for a configuration error
 * @param serverErrorsBeforeSplit answers of 500 after which a batch is taken apart
 */
public record RetryPolicy(
    Duration initialBackoff,
    Duration maxBackoff,
    Duration maxRetryAfter,
    Duration probeInterval,
    int serverErrorsBeforeSplit) {

  public static final RetryPolicy DEFAULT =
      new RetryPolicy(
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofMinutes(5),
          Duration.ofSeconds(30),
          10);

  public RetryPolicy {
    requirePositive(initialBackoff, "initialBackoff");
    requirePositive(maxRetryAfter, "maxRetryAfter");
    requirePositive(probeInterval, "probeInterval");
    if (maxBackoff.compareTo(initialBackoff) < 0) {
      throw new IllegalArgumentException("maxBackoff < initialBackoff: " + maxBackoff);
    }
    if (serverErrorsBeforeSplit < 1) {
      throw new IllegalArgumentException("serverErrorsBeforeSplit < 1: " + serverErrorsBeforeSplit);
    }
  }

  private static void requirePositive(Duration value, String name) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " <= 0: " + value);
    }
  }
}
