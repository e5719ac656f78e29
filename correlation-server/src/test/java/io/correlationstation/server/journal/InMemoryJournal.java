// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A journal that lives in memory and is durable at once; cursors survive their closing. */
public final class InMemoryJournal implements Journal {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition appended = lock.newCondition();
  private final TreeMap<Long, Frame> frames = new TreeMap<>();
  private final Map<String, Long> committed = new HashMap<>();
  private long nextSequence;
  private @Nullable String refusing;
  private volatile double fullness;

  @Override
  public CompletableFuture<Long> append(Frame frame) {
    lock.lock();
    try {
      if (refusing != null) {
        return CompletableFuture.failedFuture(
            new JournalRefusedException(refusing, "refusing", Duration.ofSeconds(1)));
      }
      long sequence = nextSequence++;
      frames.put(sequence, frame);
      appended.signalAll();
      return CompletableFuture.completedFuture(sequence);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public JournalCursor cursor(String name) {
    return new Cursor(name);
  }

  @Override
  public Set<String> cursors() {
    lock.lock();
    try {
      return Set.copyOf(committed.keySet());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void forget(String name) {
    lock.lock();
    try {
      committed.remove(name);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public @Nullable Frame read(long sequence) {
    lock.lock();
    try {
      return frames.get(sequence);
    } finally {
      lock.unlock();
    }
  }

  /** Deletes a frame as retention or quarantine would. */
  public void delete(long sequence) {
    lock.lock();
    try {
      frames.remove(sequence);
    } finally {
      lock.unlock();
    }
  }

  /** Makes appends fail with that reason, or succeed again with null. */
  public void refuse(@Nullable String reason) {
    lock.lock();
    try {
      refusing = reason;
    } finally {
      lock.unlock();
    }
  }

  /** Says that it is as full as that. */
  public void fill(double share) {
    fullness = share;
  }

  @Override
  public double fullness() {
    return fullness;
  }

  @Override
  public JournalStatus status() {
    lock.lock();
    try {
      long bytes = frames.values().stream().mapToLong(frame -> frame.payload().length).sum();
      return new JournalStatus(nextSequence, 0, bytes, 1, refusing);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {}

  private final class Cursor implements JournalCursor {

    private final String name;
    private long next;

    Cursor(String name) {
      this.name = name;
      this.next = committed() + 1;
    }

    @Override
    public @Nullable Entry poll(Duration maxWait) throws InterruptedException {
      lock.lock();
      try {
        long remaining = maxWait.toNanos();
        while (true) {
          Map.Entry<Long, Frame> found = frames.ceilingEntry(next);
          if (found != null) {
            next = found.getKey() + 1;
            return new Entry(found.getKey(), found.getValue());
          }
          if (remaining <= 0) {
            return null;
          }
          remaining = appended.awaitNanos(remaining);
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void commit(long sequence) {
      lock.lock();
      try {
        committed.merge(name, sequence, Math::max);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public long committed() {
      lock.lock();
      try {
        return committed.getOrDefault(name, -1L);
      } finally {
        lock.unlock();
      }
    }

    @Override
    public long pending() {
      lock.lock();
      try {
        return frames.tailMap(committed(), false).size();
      } finally {
        lock.unlock();
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
    public void close() {}
  }
}
