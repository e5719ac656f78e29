// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.JournalStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A journal in memory. Committed positions outlive their cursors, so that closing and opening a
 * cursor behaves as a restart does.
 */
final class MemoryJournal implements Journal {

  private final List<Frame> frames = new ArrayList<>();
  private final Map<String, Long> committed = new HashMap<>();

  @Override
  public synchronized CompletableFuture<Long> append(Frame frame) {
    frames.add(frame);
    notifyAll();
    return CompletableFuture.completedFuture(frames.size() - 1L);
  }

  @Override
  public synchronized JournalCursor cursor(String name) {
    committed.putIfAbsent(name, -1L);
    return new Cursor(name);
  }

  @Override
  public synchronized @Nullable Frame read(long sequence) {
    return sequence >= 0 && sequence < frames.size() ? frames.get((int) sequence) : null;
  }

  @Override
  public synchronized JournalStatus status() {
    long bytes = frames.stream().mapToLong(frame -> frame.payload().length).sum();
    return new JournalStatus(frames.size(), bytes, 1, null);
  }

  @Override
  public synchronized Set<String> cursors() {
    return Set.copyOf(committed.keySet());
  }

  @Override
  public synchronized void forget(String name) {
    committed.remove(name);
  }

  synchronized long committed(String cursor) {
    return committed.getOrDefault(cursor, -1L);
  }

  @Override
  public void close() {
    // nothing is open
  }

  private final class Cursor implements JournalCursor {

    private final String name;
    private long next;

    Cursor(String name) {
      this.name = name;
      rewind();
    }

    @Override
    public @Nullable Entry poll(Duration maxWait) throws InterruptedException {
      long deadline = System.nanoTime() + maxWait.toNanos();
      synchronized (MemoryJournal.this) {
        while (next >= frames.size()) {
          long millis = (deadline - System.nanoTime()) / 1_000_000;
          if (millis <= 0) {
            return null;
          }
          MemoryJournal.this.wait(millis);
        }
        return new Entry(next, frames.get((int) next++));
      }
    }

    @Override
    public void commit(long sequence) {
      synchronized (MemoryJournal.this) {
        committed.put(name, sequence);
      }
    }

    @Override
    public long committed() {
      return MemoryJournal.this.committed(name);
    }

    @Override
    public long pending() {
      synchronized (MemoryJournal.this) {
        return frames.size() - 1 - committed();
      }
    }

    @Override
    public void rewind() {
      next = committed() + 1;
    }

    @Override
    public void seek(long sequence) {
      next = sequence;
    }

    @Override
    public void close() {
      // the position stays
    }
  }
}
