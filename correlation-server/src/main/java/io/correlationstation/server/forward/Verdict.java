// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a destination's answer means for the batch that it answers.
 *
 * @param outcome what to do
 * @param code a short word for metrics: the HTTP status, or {@code connect}, {@code timeout}, …
 * @param retryAfter how long the destination asked to wait, or null
 * @param rejected items that the destination says it dropped although it took the batch
 * @param detail words of the destination for people, or the empty string
 */
record Verdict(
    Outcome outcome, String code, @Nullable Duration retryAfter, int rejected, String detail) {

  enum Outcome {
    /** Taken, but for {@link Verdict#rejected} items. */
    DELIVERED,
    /** Taken in part and not to be sent again; which items were dropped is not said. */
    PARTLY_TAKEN,
    /** Not now: ask again. */
    RETRY,
    /** Not now, and a smaller batch may fit. */
    RETRY_SMALLER,
    /** The destination failed: an outage, or an item it cannot bear. */
    SERVER_ERROR,
    /** Too large. */
    TOO_LARGE,
    /** An item of the batch is refused for good. */
    POISON,
    /** Nothing will pass until somebody changes a setting, here or there. */
    HOLD
  }

  static Verdict of(Outcome outcome, String code, String detail) {
    return new Verdict(outcome, code, null, 0, detail);
  }

  static Verdict retry(String code, @Nullable Duration retryAfter, String detail) {
    return new Verdict(Outcome.RETRY, code, retryAfter, 0, detail);
  }
}
