// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of requests may be in memory at once, over all connections: bodies as they come
 * in, what they are inflated and converted to, and copies on the way. A request that is alone may
 * take more, so that every permitted size passes at some time. Thread-safe.
 */
final class ByteBudget {

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  ByteBudget(long limit) {
    this.limit = limit;
  }

  long used() {
    return used.get();
  }

  /** For a new request. */
  Lease lease() {
    return new Lease(new AtomicLong());
  }

  private boolean tryTake(long bytes, long heldByRequest) {
    long now = used.addAndGet(bytes);
    if (now <= limit || now == heldByRequest + bytes) {
      return true;
    }
    used.addAndGet(-bytes);
    return false;
  }

  /** What one step of a request holds; closed once by whoever ends it. */
  final class Lease implements AutoCloseable {

    private final AtomicLong held = new AtomicLong();
    private final AtomicLong heldByRequest;

    private Lease(AtomicLong heldByRequest) {
      this.heldByRequest = heldByRequest;
    }

    /** For another step of the same request. */
    Lease beside() {
      return new Lease(heldByRequest);
    }

    void take(long bytes) throws Refusal {
      if (!tryTake(bytes, heldByRequest.get())) {
        throw Refusal.noMemory();
      }
      held.addAndGet(bytes);
      heldByRequest.addAndGet(bytes);
    }

    void giveBack(long bytes) {
      held.addAndGet(-bytes);
      release(bytes);
    }

    @Override
    public void close() {
      release(held.getAndSet(0));
    }

    private void release(long bytes) {
      heldByRequest.addAndGet(-bytes);
      used.addAndGet(-bytes);
    }
  }
}
