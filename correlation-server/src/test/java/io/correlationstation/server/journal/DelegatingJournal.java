// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Another journal, except for what a subclass overrides. */
public abstract class DelegatingJournal implements Journal {

  private final Journal journal;

  protected DelegatingJournal(Journal journal) {
    this.journal = journal;
  }

  @Override
  public CompletableFuture<Long> append(Frame frame) {
    return journal.append(frame);
  }

  @Override
  public JournalCursor cursor(String name) throws IOException {
    return journal.cursor(name);
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
  public @Nullable Frame read(long sequence) throws IOException {
    return journal.read(sequence);
  }

  @Override
  public JournalStatus status() {
    return journal.status();
  }

  @Override
  public long identity() {
    return journal.identity();
  }

  @Override
  public double fullness() {
    return journal.fullness();
  }

  @Override
  public void close() {
    journal.close();
  }
}
