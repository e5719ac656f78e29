// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.Serial;
import java.time.Duration;

/**
 * A frame was not stored and the sender should try again later: the log is full, failing or
 * closing. Has no stack trace, because refusing has to be cheap.
 */
public final class JournalRefusedException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  private final String reason;
  private final Duration retryAfter;

  public JournalRefusedException(String reason, String message, Duration retryAfter) {
    super(message, null, false, false);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /**
   * A short word for metrics: {@code full}, {@code disk}, {@code io}, {@code closed}, {@code size}.
   */
  public String reason() {
    return reason;
  }

  public Duration retryAfter() {
    return retryAfter;
  }
}
