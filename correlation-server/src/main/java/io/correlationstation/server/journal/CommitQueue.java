// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Frames that wait for the committer. Whoever appends never touches a file: it leaves its frame
 * here. While the disk fails nothing waits here; every frame is refused at once.
 */
final class CommitQueue {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Pending> waiting = new ArrayDeque<>();
  private final Quota quota;
  private long waitingBytes;
  private boolean closed;
  private @Nullable Refusal failure;

  CommitQueue(Quota quota) {
    this.quota = quota;
  }

  /** Takes a frame for the next commit, or says why not. */
  @Nullable Refusal offer(Pending pending) {
    lock.lock();
    try {
      Refusal refusal = closedOrFailing();
      if (refusal == null) {
        refusal = quota.check(pending, waitingBytes);
      }
      if (refusal == null) {
        waiting.add(pending);
        waitingBytes += pending.bytes();
        changed.signal();
      }
      return refusal;
    } finally {
      lock.unlock();
    }
  }

  /** Why a frame of common size would be refused at the moment, or null. */
  @Nullable Refusal refusal() {
    lock.lock();
    try {
      Refusal refusal = closedOrFailing();
      return refusal == null ? quota.check(waitingBytes) : refusal;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for frames and takes as many as fit {@code maxBytes}, at least one; empty once the queue
   * is closed and drained.
   */
  List<Pending> take(long maxBytes) {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
      List<Pending> taken = new ArrayList<>();
      long bytes = 0;
      Pending pending;
      while ((pending = waiting.peek()) != null
          && (taken.isEmpty() || bytes + pending.bytes() <= maxBytes)) {
        taken.add(waiting.remove());
        bytes += pending.bytes();
      }
      waitingBytes -= bytes;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Refuses everything from now on; returns what had waited. */
  List<Pending> fail(Refusal refusal) {
    lock.lock();
    try {
      failure = refusal;
      List<Pending> refused = new ArrayList<>(waiting);
      waiting.clear();
      waitingBytes = 0;
      return refused;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the disk failed and has not worked since. */
  boolean failing() {
    lock.lock();
    try {
      return failure != null;
    } finally {
      lock.unlock();
    }
  }

  /** Takes frames again. */
  void recover() {
    lock.lock();
    try {
      failure = null;
    } finally {
      lock.unlock();
    }
  }

  /** Waits out a failure; false when the queue was closed meanwhile. */
  boolean pause(long nanos) {
    boolean interrupted = false;
    lock.lock();
    try {
      long deadline = System.nanoTime() + nanos;
      long left = nanos;
      while (!closed && left > 0) {
        try {
          changed.await(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
        left = deadline - System.nanoTime();
      }
      return !closed;
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Refuses everything from now on; what waits is still committed. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Refusal closedOrFailing() {
    return closed ? Refusal.of(Refusal.CLOSED, "the journal is closed") : failure;
  }
}
