// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/** Why a frame is not taken; see {@link JournalRefusedException#reason} for the words. */
record Refusal(String reason, String message, Duration retryAfter) {

  static final String FULL = "full";
  static final String DISK = "disk";
  static final String IO = "io";
  static final String CLOSED = "closed";
  static final String SIZE = "size";

  /** Senders come again after 1 to 5 s, each at another time, so that they do not come together. */
  static Refusal of(String reason, String message) {
    long millis = ThreadLocalRandom.current().nextLong(1000, 5000);
    return new Refusal(reason, message, Duration.ofMillis(millis));
  }

  JournalRefusedException exception() {
    return new JournalRefusedException(reason, message, retryAfter);
  }

  CompletableFuture<Long> future() {
    return CompletableFuture.failedFuture(exception());
  }
}
