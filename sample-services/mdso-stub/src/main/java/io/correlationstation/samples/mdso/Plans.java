// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the plans, at most {@value #MAX_RUNNING} at once; later orders wait as {@code requested}.
 *
 * <p>Plan threads are not request threads: nothing of a request, its headers least of all, can
 * reach a plan but the resource that was created.
 */
final class Plans implements AutoCloseable {

  static final int MAX_RUNNING = 64;

  private static final Logger logger = LoggerFactory.getLogger(Plans.class);

  private final MdsoStubConfig config;
  private final Market market;
  private final InstantSource clock;
  private final CollectorLocks locks;
  private final ArdaClient arda;
  private final AtomicLong orders = new AtomicLong();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AtomicInteger threadCount = new AtomicInteger();
  private final ExecutorService threads = Executors.newFixedThreadPool(MAX_RUNNING, this::thread);

  Plans(MdsoStubConfig config, Market market, InstantSource clock) {
    this.config = config;
    this.market = market;
    this.clock = clock;
    this.locks = new CollectorLocks(clock, this::pause);
    this.arda = new ArdaClient(config.ardaUrl());
  }

  /** Starts the plan of an order; returns at once. */
  void start(Resource order) {
    Plan plan =
        new Plan(
            order,
            config.unreachable(),
            config.pace().ofOrder(orders.getAndIncrement()),
            new Plan.Surroundings(market, clock, locks, arda, this::pause));
    try {
      threads.execute(() -> run(plan));
    } catch (RejectedExecutionException e) {
      logger.info("order {} is not started: the stub stops", order.id());
    }
  }

  /** Ends every pause at once and waits up to 5 s for the plans to notice. */
  @Override
  public void close() {
    stopped.countDown();
    threads.shutdownNow();
    try {
      threads.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Plan plan) {
    try {
      plan.run();
    } catch (InterruptedException e) {
      logger.info("{} is broken off: the stub stops", plan);
    } catch (RuntimeException e) {
      logger.error("{} broke", plan, e);
    }
  }

  private void pause(Duration length) throws InterruptedException {
    if (stopped.await(length.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new InterruptedException("stopped");
    }
  }

  private Thread thread(Runnable work) {
    Thread thread = new Thread(work, "plan-" + threadCount.getAndIncrement());
    thread.setDaemon(true);
    return thread;
  }
}
