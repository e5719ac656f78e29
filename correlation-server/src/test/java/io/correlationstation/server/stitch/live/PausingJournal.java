// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.JournalStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A journal whose cursors hand out nothing twice after each frame, as one does after a crash. */
final class PausingJournal implements Journal {

  private static final int PAUSES = 2;

  private final Journal journal;

  PausingJournal(Journal journal) {
    this.journal = journal;
  }

  @Override
  public CompletableFuture<Long> append(Frame frame) {
    return journal.append(frame);
  }

  @Override
  public JournalCursor cursor(String name) throws IOException {
    return new PausingCursor(journal.cursor(name));
  }

  @Override
  public @Nullable Frame read(long sequence) throws IOException {
    return journal.read(sequence);
  }

  @Override
  public Set<String> cursors() {
    return journal.cursors();
  }

  @Override
  public void forget(String name) throws IOException {
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

  private static final class PausingCursor implements JournalCursor {

    private final JournalCursor cursor;
    private int pauses;

    PausingCursor(JournalCursor cursor) {
      this.cursor = cursor;
    }

    @Override
    public @Nullable Entry poll(Duration maxWait) throws InterruptedException, IOException {
      if (pauses > 0) {
        pauses--;
        return null;
      }
      Entry entry = cursor.poll(maxWait);
      pauses = entry == null ? 0 : PAUSES;
      return entry;
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
