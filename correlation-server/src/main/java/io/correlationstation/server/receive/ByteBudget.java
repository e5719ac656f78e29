// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of request bodies may be in memory at once, over all connections. Thread-safe. */
final class ByteBudget {

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  ByteBudget(long limit) {
    this.limit = limit;
  }

  long used() {
    return used.get();
  }

  Lease lease() {
    return new Lease();
  }

  private boolean tryTake(long bytes) {
    long now = used.addAndGet(bytes);
    if (now <= limit) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  /** What one request holds; used by one thread at a time, closed once by whoever ends it. */
  final class Lease implements AutoCloseable {

    private final AtomicLong held = new AtomicLong();

    void take(long bytes) throws Refusal {
      if (!tryTake(bytes)) {
        throw Refusal.busy("memory", "too many bytes are being received at the moment", 1);
      }
      held.addAndGet(bytes);
    }

    void giveBack(long bytes) {
      held.addAndGet(-bytes);
      used.addAndGet(-bytes);
    }

    @Override
    public void close() {
      used.addAndGet(-held.getAndSet(0));
    }
  }
}
