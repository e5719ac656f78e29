// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static java.util.Objects.requireNonNullElse;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.JournalCursor.Entry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a destination's oldest frames go when the journal gets full on its account alone: for those
 * who would rather lose what one backend has not taken than have senders refused.
 *
 * <p>Drops what is in the journal's oldest file, and only while no other reader needs it too, as
 * nothing would be gained then. It starts before senders are slowed down. What is dropped is
 * counted as filtered, reason {@value #REASON}; a part of it may have been delivered. Used by the
 * worker's thread.
 */
final class Overflow {

  static final String REASON = "drop_oldest";

  /** Of the room for intake; acknowledgements begin to wait at 0.8. */
  private static final double STARTS_AT = 0.75;

  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  private static final Logger logger = LoggerFactory.getLogger(Overflow.class);

  private final DestinationConfig config;
  private final Journal journal;
  private final JournalCursor cursor;
  private final Ledger ledger;
  private long toldAt = System.nanoTime() - QUIET_NANOS;
  private long untold;

  /** The window in hand has to be given up, because its oldest frames are to be dropped. */
  static final class Reached extends IOException {
    private static final long serialVersionUID = 1L;
  }

  Overflow(DestinationConfig config, Journal journal, JournalCursor cursor, Ledger ledger) {
    this.config = config;
    this.journal = journal;
    this.cursor = cursor;
    this.ledger = ledger;
  }

  /** Whether there is something to {@link #drop}. */
  boolean needed() {
    return journal.heldUntil(config.name()) >= 0 && journal.fullness() >= STARTS_AT;
  }

  /** Commits the frames of the oldest file as dropped; reading goes on behind them. */
  void drop() throws IOException, InterruptedException {
    long end = journal.heldUntil(config.name());
    ledger.discard();
    cursor.rewind();
    long last = -1;
    long items = 0;
    Entry entry = cursor.poll(Duration.ZERO);
    while (entry != null && entry.sequence() < end) {
      Frame frame = entry.frame();
      ledger.read(frame);
      String unwanted = config.unwanted(frame.signal());
      ledger.filtered(frame.signal(), requireNonNullElse(unwanted, REASON), frame.items());
      items += unwanted == null ? frame.items() : 0;
      last = entry.sequence();
      entry = cursor.poll(Duration.ZERO);
    }
    if (entry != null) {
      last = Math.max(last, end - 1); // numbers without a frame are done with too
    }
    if (last >= 0) {
      cursor.commit(last);
      ledger.post();
      tell(items);
    }
    cursor.rewind();
  }

  /** Once a minute at most: the counter has the rest. */
  private void tell(long items) {
    untold += items;
    if (System.nanoTime() - toldAt >= QUIET_NANOS) {
      logger.warn("{}: the journal is full, {} oldest items are dropped", config.name(), untold);
      toldAt = System.nanoTime();
      untold = 0;
    }
  }
}
