// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.JournalStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A journal that stores at once, holds appends back until released, or fails them. */
final class FakeJournal implements Journal {

  private record Held(Frame frame, CompletableFuture<Long> future) {}

  private final List<Frame> frames = new ArrayList<>();
  private final Deque<Held> held = new ArrayDeque<>();
  private @Nullable Throwable failure;
  private boolean stalled;
  private volatile double fullness;

  @Override
  public synchronized CompletableFuture<Long> append(Frame frame) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      return CompletableFuture.failedFuture(failure);
    }
    if (stalled) {
      CompletableFuture<Long> future = new CompletableFuture<>();
      held.add(new Held(frame, future));
      return future;
    }
    return CompletableFuture.completedFuture(store(frame));
  }

  private long store(Frame frame) {
    frames.add(frame);
    return frames.size() - 1L;
  }

  /** From now on every append fails so, at once for an error; null ends it. */
  synchronized void fail(@Nullable Throwable with) {
    failure = with;
  }

  void fullness(double value) {
    fullness = value;
  }

  @Override
  public double fullness() {
    return fullness;
  }

  synchronized void stall() {
    stalled = true;
  }

  synchronized int held() {
    return held.size();
  }

  /** Ends the stall and stores what was held back. */
  void release() {
    List<Held> all;
    synchronized (this) {
      stalled = false;
      all = List.copyOf(held);
      held.clear();
      all.forEach(each -> store(each.frame));
    }
    all.forEach(each -> each.future.complete(0L));
  }

  synchronized List<Frame> frames() {
    return List.copyOf(frames);
  }

  synchronized int items() {
    return frames.stream().mapToInt(Frame::items).sum();
  }

  @Override
  public JournalCursor cursor(String name) {
    throw new UnsupportedOperationException("receivers only append");
  }

  @Override
  public synchronized @Nullable Frame read(long sequence) {
    return frames.get((int) sequence);
  }

  @Override
  public synchronized JournalStatus status() {
    return new JournalStatus(frames.size(), 0, 0, 1, null);
  }

  @Override
  public Set<String> cursors() {
    return Set.of();
  }

  @Override
  public void forget(String name) {}

  @Override
  public void close() {}
}
