// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP side of the receivers: takes the requests whose path belongs to a {@link Dialect} and
 * leaves the others to whatever stands behind it.
 *
 * <p>A Jetty handler and not a set of routes, because reading a body in pieces, without a thread
 * that waits for them, and answering in the sender's encoding whatever goes wrong, are below what
 * routes offer.
 */
final class HttpIntake {

  private final ReceiveConfig config;
  private final Intake intake;
  private final ReceiveMetrics metrics;
  private final ByteBudget budget;
  private final LongSupplier nowNanos;
  private final Cors cors;
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean draining;

  HttpIntake(
      ReceiveConfig config,
      Intake intake,
      ReceiveMetrics metrics,
      ByteBudget budget,
      LongSupplier nowNanos) {
    this.config = config;
    this.intake = intake;
    this.metrics = metrics;
    this.budget = budget;
    this.nowNanos = nowNanos;
    this.cors = new Cors(config.corsOrigins());
  }

  /** A handler for a server, in front of the handler it has. */
  Handler.Singleton handler(Map<String, Dialect> dialects, @Nullable Handler behind) {
    return new Handler.Wrapper(behind) {
      @Override
      public boolean handle(Request request, Response response, Callback callback)
          throws Exception {
        Dialect dialect = dialects.get(Request.getPathInContext(request));
        if (dialect == null) {
          return super.handle(request, response, callback);
        }
        if (!cors.answered(request, response, callback)) {
          inFlight.incrementAndGet();
          new Exchange(HttpIntake.this, dialect, request, response, callback).run();
        }
        return true;
      }
    };
  }

  /** Method and credentials, before anything of the body is read. */
  void checkHead(Request request) throws Refusal {
    if (draining) {
      throw Refusal.busy("closed", "the server is stopping");
    }
    if (!HttpMethod.POST.is(request.getMethod())) {
      throw Refusal.notAllowed(request.getMethod());
    }
    Credentials credentials = config.credentials();
    if (credentials != null
        && !credentials.match(request.getHeaders().get(HttpHeader.AUTHORIZATION))) {
      throw Refusal.unauthenticated();
    }
  }

  /** From now on every request is told to come again; waits for those in progress. */
  void drain(Duration grace) throws InterruptedException {
    draining = true;
    long deadline = System.nanoTime() + grace.toNanos();
    synchronized (inFlight) {
      while (inFlight.get() > 0 && System.nanoTime() < deadline) {
        TimeUnit.NANOSECONDS.timedWait(inFlight, deadline - System.nanoTime());
      }
    }
  }

  /** A request was answered, or its sender went away. */
  void left() {
    if (inFlight.decrementAndGet() == 0 && draining) {
      synchronized (inFlight) {
        inFlight.notifyAll();
      }
    }
  }

  boolean draining() {
    return draining;
  }

  ReceiveConfig config() {
    return config;
  }

  Intake intake() {
    return intake;
  }

  ReceiveMetrics metrics() {
    return metrics;
  }

  ByteBudget budget() {
    return budget;
  }

  long nowNanos() {
    return nowNanos.getAsLong();
  }

  Executor executor(Request request) {
    return request.getComponents().getExecutor();
  }
}
