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

  /** A frame and its sequence number. */
  record Entry(long sequence, Frame frame) {}

  /** The next durable frame, or null when none came within {@code maxWait}. */
  @Nullable Entry poll(Duration maxWait) throws InterruptedException, IOException;

  /**
   * Everything up to and including {@code sequence} is done and is not read again after a restart.
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
