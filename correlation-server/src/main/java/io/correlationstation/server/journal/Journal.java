// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The durable log that everything else reads: append once, read by any number of named cursors.
 *
 * <p>Thread-safe. Frames have sequence numbers from 0, without gaps in what was appended; a
 * quarantined or deleted frame leaves a gap that cursors step over.
 */
public interface Journal extends AutoCloseable {

  /**
   * Appends a frame. Does not block.
   *
   * @return completes with the frame's sequence number once it is on disk; completes exceptionally
   *     with a {@link JournalRefusedException} when it is not and the sender should try again. (A
   *     frame refused because the disk failed may still turn up after a crash, as a duplicate of
   *     what the sender tries again.) What hangs on it runs on a thread of the journal and should
   *     be short
   */
  CompletableFuture<Long> append(Frame frame);

  /**
   * Opens the cursor of that name at its committed position, or at the oldest frame when the name
   * is new. A name is open at most once.
   */
  JournalCursor cursor(String name) throws IOException;

  /**
   * Names of all cursors that hold frames back, open or not. A name that nobody opens any more
   * keeps the log growing until {@link #forget}.
   */
  Set<String> cursors();

  /** Deletes a cursor that is not open; what only it had not read may go. */
  void forget(String name) throws IOException;

  /** Reads one frame again, or returns null when it is deleted, quarantined or not yet durable. */
  @Nullable Frame read(long sequence) throws IOException;

  /** A snapshot of the log's state for readiness and metrics. */
  JournalStatus status();

  /**
   * A number that is this log's own: the same after a restart, another for every log, and not to be
   * guessed by senders. 0 when it has none.
   */
  default long identity() {
    return 0;
  }

  /**
   * How full the log is of what some reader still needs: 0 when empty, 1 where intake is refused.
   * Cheap enough for every frame. A journal without bounds is never full.
   */
  default double fullness() {
    return 0;
  }

  /**
   * Up to which number, exclusive, that reader has to commit before the log can let its oldest file
   * go, when every other reader is done with that file; else -1, also when it is the newest. The
   * log's {@link #fullness} is exact afterwards.
   */
  default long heldUntil(String cursor) {
    return -1;
  }

  /** Lets pending appends become durable, then closes the files. */
  @Override
  void close();
}
