// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.forward.DestinationStatus.State;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a destination does, as its worker saw it last. Says the same thing in the log once a minute
 * at most: an outage is two lines, however long it lasts. Any thread reads, the worker's changes.
 */
final class Health {

  private static final Logger logger = LoggerFactory.getLogger(Health.class);
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String destination;
  private volatile Seen seen = new Seen(State.OK, "", "");
  private String complaint = "";
  private long complainedAt;
  private boolean complaining;

  private record Seen(State state, String reason, String detail) {}

  Health(String destination) {
    this.destination = destination;
  }

  DestinationStatus status(long pendingFrames) {
    Seen now = seen;
    return new DestinationStatus(destination, now.state, now.reason, now.detail, pendingFrames);
  }

  /** Without a word in the log. */
  void set(State state, String reason, String detail) {
    seen = new Seen(state, reason, detail);
  }

  void answered(Verdict verdict, int items) {
    switch (verdict.outcome()) {
      case RETRY, RETRY_SMALLER, SERVER_ERROR ->
          trouble(State.RETRYING, verdict.code(), verdict.detail(), items);
      case HOLD -> trouble(State.HELD, verdict.code(), verdict.detail(), items);
      case DELIVERED, PARTLY_TAKEN, TOO_LARGE, POISON -> takesData();
    }
  }

  private void takesData() {
    set(State.OK, "", "");
    if (complaining) {
      logger.info("{} takes data again", destination);
      complaining = false;
    }
  }

  /**
   * @param items of what cannot be delivered
   */
  void trouble(State state, String reason, String detail, int items) {
    set(state, reason, detail);
    boolean recent = System.nanoTime() - complainedAt < QUIET_NANOS;
    if (recent && reason.equals(complaint)) {
      return;
    }
    complaint = reason;
    complainedAt = System.nanoTime();
    complaining = true;
    logger.warn("{} is {}: {} {} (batch of {} items)", destination, state, reason, detail, items);
  }
}
