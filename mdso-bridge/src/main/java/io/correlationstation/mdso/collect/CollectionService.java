// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import io.correlationstation.mdso.MdsoConfig;
import io.correlationstation.mdso.OtlpSink;
import io.correlationstation.mdso.ProductType;
import io.correlationstation.mdso.ProductTypes;
import io.correlationstation.mdso.errors.ErrorLedger;
import io.correlationstation.mdso.errors.RuleBook;
import io.correlationstation.mdso.logs.LogImport;
import io.correlationstation.mdso.market.MdsoClient;
import io.correlationstation.mdso.telemetry.BridgeMetrics;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import io.opentelemetry.api.baggage.Baggage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that collects, wired together: schedule, job runner, workers and checkpoint.
 *
 * <p>Threads: {@code mdso-schedule} queues runs, {@code mdso-collect} runs them, {@code
 * mdso-worker-0} to {@code -3} deal with resources.
 */
public final class CollectionService implements AutoCloseable {

  private static final int WORKERS = 4;
  private static final Duration RULE_CHECK = Duration.ofSeconds(5);
  private static final Logger logger = LoggerFactory.getLogger(CollectionService.class);
  private static final AtomicInteger workerNumbers = new AtomicInteger();

  private final MdsoClient client;
  private final Checkpoint checkpoint;
  private final CollectionRunner runner;
  private final ExecutorService workers;
  private final ScheduledExecutorService schedule;
  private final SpanRecorder spans;

  private CollectionService(
      MdsoClient client,
      Checkpoint checkpoint,
      CollectionRunner runner,
      ExecutorService workers,
      ScheduledExecutorService schedule,
      SpanRecorder spans) {
    this.client = client;
    this.checkpoint = checkpoint;
    this.runner = runner;
    this.workers = workers;
    this.schedule = schedule;
    this.spans = spans;
  }

  /** What the service shares with the rest of the bridge. */
  public record Shared(
      OtlpSink sink,
      Clock clock,
      RuleBook rules,
      ErrorLedger errors,
      BridgeMetrics metrics,
      SpanRecorder spans) {}

  /**
   * Starts collecting; the first scheduled run comes one cadence later.
   *
   * @param client closed with the service
   * @throws IOException when the checkpoint's folder cannot be used
   */
  public static CollectionService start(
      MdsoConfig config, ProductTypes types, MdsoClient client, Path dataDir, Shared shared)
      throws IOException {
    boolean isNewFolder = !Files.isDirectory(dataDir);
    Checkpoint checkpoint = Checkpoint.open(dataDir, shared.clock, shared.errors);
    if (isNewFolder) {
      shared.spans.event("directory_created", "file.directory", dataDir.toString());
    }
    String environment = config.deploymentEnvironment();
    ResourceProcessor processor =
        new ResourceProcessor(
            client,
            new TraceExporter(shared.sink, checkpoint, shared.metrics, shared.spans, environment),
            new ResourceRecords(shared.sink, environment),
            checkpoint,
            types,
            shared.rules,
            shared.metrics,
            shared.spans,
            shared.clock,
            config.settle());
    ExecutorService workers = Executors.newFixedThreadPool(WORKERS, CollectionService::worker);
    ProductCollector collector =
        new ProductCollector(
            config,
            client,
            processor,
            new LogFileCollector(
                config.logPaths(),
                new LogImport(shared.sink, shared.clock, environment),
                checkpoint,
                shared.rules,
                shared.metrics,
                shared.spans),
            checkpoint,
            workers,
            shared.metrics,
            shared.spans,
            shared.clock);
    CollectionRunner runner =
        new CollectionRunner(
            collector,
            shared.rules,
            shared.sink,
            shared.metrics,
            shared.spans,
            shared.clock,
            baggage(config),
            config.timeRangeText());
    runner.start();
    ScheduledExecutorService schedule =
        Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "mdso-schedule"));
    every(schedule, RULE_CHECK, shared.rules::refresh);
    if (config.cadence() != null) {
      every(schedule, config.cadence(), () -> runner.submitAll(types.all()));
    }
    return new CollectionService(client, checkpoint, runner, workers, schedule, shared.spans);
  }

  /** Both spellings are in use. */
  private static Baggage baggage(MdsoConfig config) {
    String server = config.url().getHost();
    return Baggage.builder()
        .put("mdso.server", server)
        .put("mdso_server", server)
        .put("environment", config.deploymentEnvironment())
        .build();
  }

  private static void every(ScheduledExecutorService schedule, Duration period, Runnable task) {
    Runnable guarded =
        () -> {
          try {
            task.run();
          } catch (RuntimeException e) {
            logger.error("A scheduled task failed; it runs again in {}", period, e);
          }
        };
    var unused =
        schedule.scheduleAtFixedRate(
            guarded, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static Thread worker(Runnable task) {
    return daemon(task, "mdso-worker-" + workerNumbers.getAndIncrement() % WORKERS);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Queues a collection by hand; a login that was refused is tried once more.
   *
   * @param range how far back; null from where the last collection ended
   * @param rangeText the range as it was asked for
   */
  public Job trigger(ProductType type, @Nullable Duration range, @Nullable String rangeText) {
    client.forgetRefusedLogin();
    return runner.submit(type, range, rangeText);
  }

  /** Why the last collection of some product type failed; null when none did. */
  public @Nullable String problem() {
    return runner.problem();
  }

  /** Null when there is no job of that id, or none any more. */
  public @Nullable Job job(String id) {
    return runner.job(id);
  }

  /** Ends what runs, writes the checkpoint, deletes the token. */
  @Override
  public void close() {
    schedule.shutdownNow();
    runner.close();
    workers.shutdownNow();
    try {
      checkpoint.save();
    } catch (IOException e) {
      logger.warn("The checkpoint could not be written; some spans will be sent again", e);
    }
    client.close();
    spans.flush();
  }
}
