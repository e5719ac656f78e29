// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's body without holding a thread while nothing comes in.
 *
 * <p>A body that has to be refused (too large, no memory) is still read for a while and thrown
 * away, so that the sender gets to see the answer instead of a broken connection. A body slower
 * than {@value #MIN_BYTES_PER_SECOND} bytes a second on average after the grace is given up.
 */
final class BodyReader implements Runnable {

  static final int MIN_BYTES_PER_SECOND = 1024;

  private static final int MAX_THROWN_AWAY = 8 * 1024 * 1024;

  private final Request request;
  private final int limit;
  private final Duration grace;
  private final GrowingBody body;
  private final CompletableFuture<byte[]> done = new CompletableFuture<>();
  private final long startNanos = System.nanoTime();
  private volatile long seen;
  private @Nullable Refusal refusal;
  private Scheduler.@Nullable Task watch;

  BodyReader(Request request, int limit, Duration grace, ByteBudget.Lease lease) {
    this.request = request;
    this.limit = limit;
    this.grace = grace;
    this.body = new GrowingBody(limit, lease);
  }

  /**
   * Starts reading; completes exceptionally with a {@link Refusal}, or with whatever broke the
   * connection.
   */
  CompletableFuture<byte[]> read() {
    long announced = request.getLength();
    if (announced > limit) {
      refusal = Refusal.tooLarge(limit);
      if (request.getHeaders().contains(HttpHeader.EXPECT)) {
        return CompletableFuture.failedFuture(refusal); // it waits for this before it sends
      }
    }
    try {
      body.expect(refusal == null ? announced : 0);
    } catch (Refusal e) {
      refusal = e;
    }
    run();
    return done;
  }

  @Override
  public void run() {
    while (!done.isDone()) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        watch();
        request.demand(this);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        finish(chunk.getFailure());
        return;
      }
      boolean last = chunk.isLast();
      take(chunk);
      if (last || (refusal != null && seen > (long) limit + MAX_THROWN_AWAY)) {
        finish(refusal);
      }
    }
  }

  private void take(Content.Chunk chunk) {
    seen += chunk.remaining();
    try {
      if (refusal == null) {
        body.append(chunk.getByteBuffer());
      }
    } catch (Refusal e) {
      refusal = e;
      body.drop(); // so that one of many that grow at once gets through
    } finally {
      chunk.release();
    }
  }

  private void finish(@Nullable Throwable failure) {
    if (watch != null) {
      watch.cancel();
    }
    if (failure != null) {
      done.completeExceptionally(failure);
      return;
    }
    try {
      done.complete(body.toByteArray());
    } catch (Refusal e) {
      done.completeExceptionally(e);
    }
  }

  private void watch() {
    if (watch == null) {
      Scheduler scheduler = request.getConnectionMetaData().getConnector().getScheduler();
      watch = scheduler.schedule(() -> check(scheduler), grace.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void check(Scheduler scheduler) {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    if (seen < MIN_BYTES_PER_SECOND * seconds) {
      done.completeExceptionally(Refusal.slow());
    } else if (!done.isDone()) {
      scheduler.schedule(() -> check(scheduler), 1, TimeUnit.SECONDS);
    }
  }
}
