// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Why a frame is not taken; see {@link JournalRefusedException#reason} for the words. */
record Refusal(String reason, String message, Duration retryAfter) {

  static final String FULL = "full";
  static final String DISK = "disk";
  static final String IO = "io";
  static final String CLOSED = "closed";
  static final String SIZE = "size";

  static Refusal of(String reason, String message) {
    return new Refusal(reason, message, Duration.ofSeconds(reason.equals(FULL) ? 5 : 2));
  }

  JournalRefusedException exception() {
    return new JournalRefusedException(reason, message, retryAfter);
  }

  CompletableFuture<Long> future() {
    return CompletableFuture.failedFuture(exception());
  }
}
