// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One reader's place in the journal. Used by one thread at a time; {@link #pending} and {@link
 * #committed} by any.
 */
public interface JournalCursor extends AutoCloseable {

  /**
   * A frame and its sequence number.
   *
   * @param attempts 1, or more when the process may have died of this frame: in how many runs it
   *     was handed out so far, this one included. A reader sets a frame aside instead of working on
   *     it when the number gets above what it is willing to risk
   */
  record Entry(long sequence, Frame frame, int attempts) {

    /** A frame handed out for the first time. */
    public Entry(long sequence, Frame frame) {
      this(sequence, frame, 1);
    }
  }

  /**
   * The next durable frame, or null when none came within {@code maxWait}.
   *
   * <p>After a crash, frames that had been handed out and were not committed come one by one: null
   * follows each at once, so that a reader which gathers a batch works on each alone.
   *
   * @throws IOException when reading fails, which may be tried again, or when the cursor or the
   *     journal is closed
   */
  @Nullable Entry poll(Duration maxWait) throws InterruptedException, IOException;

  /**
   * Everything up to and including {@code sequence} is done. The commit becomes durable within a
   * configured delay, and at once when the cursor or the journal is closed; after a crash the
   * frames of that delay are read again. Committing less than before changes nothing.
   */
  void commit(long sequence) throws IOException;

  /** The last committed sequence number, or -1. */
  long committed();

  /** Durable frames after the committed one. */
  long pending();

  /** Continues after the last committed frame, as a restart would. */
  void rewind();

  /** Continues at {@code sequence}, or at the next frame there is. */
  void seek(long sequence);

  @Override
  void close();
}
