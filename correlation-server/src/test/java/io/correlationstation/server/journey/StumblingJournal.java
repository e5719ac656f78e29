// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.InMemoryJournal;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.JournalStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A journal whose cursor fails once, at its third frame. */
final class StumblingJournal implements Journal {

  private static final int FAILING_POLL = 3;

  private final InMemoryJournal journal;

  StumblingJournal(InMemoryJournal journal) {
    this.journal = journal;
  }

  @Override
  public CompletableFuture<Long> append(Frame frame) {
    return journal.append(frame);
  }

  @Override
  public JournalCursor cursor(String name) {
    return new StumblingCursor(journal.cursor(name));
  }

  @Override
  public @Nullable Frame read(long sequence) {
    return journal.read(sequence);
  }

  @Override
  public Set<String> cursors() {
    return journal.cursors();
  }

  @Override
  public void forget(String name) {
    journal.forget(name);
  }

  @Override
  public JournalStatus status() {
    return journal.status();
  }

  @Override
  public void close() {
    journal.close();
  }

  private static final class StumblingCursor implements JournalCursor {

    private final JournalCursor cursor;
    private int polls;

    StumblingCursor(JournalCursor cursor) {
      this.cursor = cursor;
    }

    @Override
    public @Nullable Entry poll(Duration maxWait) throws InterruptedException, IOException {
      if (++polls == FAILING_POLL) {
        throw new IOException("disk stumbled");
      }
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
}
