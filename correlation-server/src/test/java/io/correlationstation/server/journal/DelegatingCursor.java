// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Another cursor, except for what a subclass overrides. */
public abstract class DelegatingCursor implements JournalCursor {

  private final JournalCursor cursor;

  protected DelegatingCursor(JournalCursor cursor) {
    this.cursor = cursor;
  }

  @Override
  public @Nullable Entry poll(Duration maxWait) throws InterruptedException, IOException {
    return cursor.poll(maxWait);
  }

  @Override
  public void commit(long sequence) throws IOException {
    cursor.commit(sequence);
  }

  @Override
  public long committed() {
    return cursor.committed();
  }

  @Override
  public long pending() {
    return cursor.pending();
  }

  @Override
  public void rewind() {
    cursor.rewind();
  }

  @Override
  public void seek(long sequence) {
    cursor.seek(sequence);
  }

  @Override
  public void close() {
    cursor.close();
  }
}
