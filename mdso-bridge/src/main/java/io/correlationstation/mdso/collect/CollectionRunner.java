// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import io.correlationstation.mdso.OtlpSink;
import io.correlationstation.mdso.ProductType;
import io.correlationstation.mdso.errors.RuleBook;
import io.correlationstation.mdso.market.MdsoException;
import io.correlationstation.mdso.telemetry.ActiveSpan;
import io.correlationstation.mdso.telemetry.BridgeMetrics;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs collections one after the other on a thread of its own.
 *
 * <p>Single flight: of each product type at most one job is queued or running, and asking for
 * another gives that one; so the queue holds at most a job per product type. The last {@value
 * #KEPT_JOBS} jobs can be asked about.
 */
final class CollectionRunner implements AutoCloseable {

  private static final int KEPT_JOBS = 1000;
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);
  private static final Logger logger = LoggerFactory.getLogger(CollectionRunner.class);

  private final ProductCollector collector;
  private final RuleBook rules;
  private final OtlpSink sink;
  private final BridgeMetrics metrics;
  private final SpanRecorder spans;
  private final Clock clock;
  private final Baggage baggage;
  private final String defaultRange;
  private final BlockingQueue<Run> queue = new LinkedBlockingQueue<>();
  private final Thread thread = new Thread(this::work, "mdso-collect");
  private final Map<String, Job> jobs =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Job> eldest) {
          return size() > KEPT_JOBS;
        }
      };
  private final Map<String, Job> openByProduct = new LinkedHashMap<>();

  /** By product type, what made its last collection fail. */
  private final Map<String, String> problems = new ConcurrentSkipListMap<>();

  /** Jobs that share one root span. */
  private record Run(List<Job> jobs) {}

  /**
   * @param baggage of every collection
   * @param defaultRange how far back a collection reaches that says nothing else
   */
  CollectionRunner(
      ProductCollector collector,
      RuleBook rules,
      OtlpSink sink,
      BridgeMetrics metrics,
      SpanRecorder spans,
      Clock clock,
      Baggage baggage,
      String defaultRange) {
    this.collector = collector;
    this.rules = rules;
    this.sink = sink;
    this.metrics = metrics;
    this.spans = spans;
    this.clock = clock;
    this.baggage = baggage;
    this.defaultRange = defaultRange;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Queues a collection of each type that has none queued or running. */
  synchronized void submitAll(List<ProductType> types) {
    List<Job> fresh = new ArrayList<>();
    for (ProductType type : types) {
      if (!openByProduct.containsKey(type.name())) {
        fresh.add(open(type, null, null));
      }
    }
    if (!fresh.isEmpty()) {
      queue.add(new Run(fresh));
    }
  }

  /** Queues a collection, or gives the one of this type that is queued or running. */
  synchronized Job submit(ProductType type, @Nullable Duration range, @Nullable String rangeText) {
    Job running = openByProduct.get(type.name());
    if (running != null) {
      return running;
    }
    Job job = open(type, range, rangeText);
    queue.add(new Run(List.of(job)));
    return job;
  }

  private Job open(ProductType type, @Nullable Duration range, @Nullable String rangeText) {
    Job job = new Job(UUID.randomUUID().toString(), type, range, rangeText);
    jobs.put(job.id(), job);
    openByProduct.put(type.name(), job);
    return job;
  }

  synchronized @Nullable Job job(String id) {
    return jobs.get(id);
  }

  @Nullable String problem() {
    return problems.entrySet().stream()
        .findFirst()
        .map(each -> each.getKey() + ": " + each.getValue())
        .orElse(null);
  }

  private synchronized void close(Job job) {
    openByProduct.remove(job.type().name(), job);
  }

  private void work() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        run(queue.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Run run) throws InterruptedException {
    rules.refresh();
    try (ActiveSpan root = spans.start("mdso.scheduled_collection")) {
      root.attribute("mdso.product_count", run.jobs.size());
      for (Job job : run.jobs) {
        try {
          run(job);
        } finally {
          close(job);
        }
      }
    } finally {
      report();
    }
  }

  private void run(Job job) throws InterruptedException {
    Instant started = clock.instant();
    job.started(started);
    Job.Status outcome = Job.Status.FAILED;
    try (ActiveSpan span = spans.start("mdso.collect_product_logs");
        Scope scope = baggageOf(job).makeCurrent()) {
      span.attribute("mdso.product_type", job.type().name())
          .attribute("mdso.time_range", rangeOf(job));
      try {
        collector.collect(job.type(), job.range(), job.tally());
        boolean whole = job.tally().get("failed") == 0;
        outcome = whole ? Job.Status.SUCCEEDED : Job.Status.PARTIAL;
        problems.remove(job.type().name());
      } catch (IOException | RuntimeException e) {
        span.fail(e);
        job.tally().error(String.valueOf(e.getMessage()));
        problems.put(job.type().name(), String.valueOf(e.getMessage()));
        logFailure(job, e);
      }
      span.attribute("mdso.log_count", job.tally().get("logs"));
    } finally {
      Instant ended = clock.instant();
      job.ended(outcome, ended);
      metrics.collectionDuration(
          job.type().name(), Duration.between(started, ended).toMillis() / 1000.0);
    }
  }

  private String rangeOf(Job job) {
    return job.rangeText() == null ? defaultRange : job.rangeText();
  }

  private Baggage baggageOf(Job job) {
    BaggageBuilder all = baggage.toBuilder();
    all.put("product.type", job.type().name()).put("product_type", job.type().name());
    all.put("time.range", rangeOf(job));
    return all.build();
  }

  private static void logFailure(Job job, Exception failure) {
    if (failure instanceof MdsoException) {
      logger.warn("Collecting {} failed: {}", job.type().name(), failure.getMessage());
    } else {
      logger.warn("Collecting {} failed", job.type().name(), failure);
    }
  }

  private void report() {
    spans.flush();
    try {
      metrics.export(sink);
    } catch (IOException e) {
      logger.warn("The sink refused the bridge's metrics; the next run sends them again", e);
    }
  }

  /** Interrupts what runs and waits for it. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(CLOSE_WAIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
