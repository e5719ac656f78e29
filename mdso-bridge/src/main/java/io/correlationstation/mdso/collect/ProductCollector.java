// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import io.correlationstation.mdso.MdsoConfig;
import io.correlationstation.mdso.ProductType;
import io.correlationstation.mdso.collect.CheckpointState.Pending;
import io.correlationstation.mdso.collect.ResourceProcessor.Due;
import io.correlationstation.mdso.market.MdsoClient;
import io.correlationstation.mdso.market.MdsoException;
import io.correlationstation.mdso.market.MdsoResource;
import io.correlationstation.mdso.market.Pager;
import io.correlationstation.mdso.market.ResourceQuery;
import io.correlationstation.mdso.telemetry.ActiveSpan;
import io.correlationstation.mdso.telemetry.BridgeMetrics;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import io.opentelemetry.context.Context;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Collects one product type: lists its resources page by page and deals with those that are due.
 *
 * <p>The orchestrator has no filter by time, so every listing is whole, and what is due is decided
 * here: updated since the watermark less an overlap, in a state not seen before, or waiting to be
 * looked at again. The overlap is the time range: it costs a map entry per resource and catches
 * what slipped between two pages of an earlier listing. The watermark moves only after a whole
 * listing that reached back to the old one.
 *
 * <p>Memory: one page of resources and one trace per worker.
 */
final class ProductCollector {

  private final MdsoConfig config;
  private final MdsoClient client;
  private final ResourceProcessor processor;
  private final LogFileCollector logFiles;
  private final Checkpoint checkpoint;
  private final ExecutorService workers;
  private final BridgeMetrics metrics;
  private final SpanRecorder spans;
  private final Clock clock;

  ProductCollector(
      MdsoConfig config,
      MdsoClient client,
      ResourceProcessor processor,
      LogFileCollector logFiles,
      Checkpoint checkpoint,
      ExecutorService workers,
      BridgeMetrics metrics,
      SpanRecorder spans,
      Clock clock) {
    this.config = config;
    this.client = client;
    this.processor = processor;
    this.logFiles = logFiles;
    this.checkpoint = checkpoint;
    this.workers = workers;
    this.metrics = metrics;
    this.spans = spans;
    this.clock = clock;
  }

  /**
   * Runs one collection: the resources, then the log files. A listing that fails keeps no log file
   * from being read.
   *
   * @param range how far back; null from the watermark
   * @throws IOException when the listing or the login fails, or the checkpoint cannot be written
   */
  void collect(ProductType type, @Nullable Duration range, Tally tally)
      throws IOException, InterruptedException {
    Instant started = clock.instant();
    IOException failure = null;
    try {
      collectResources(type, range, started, tally);
    } catch (IOException e) {
      failure = e;
    }
    logFiles.collect(type.name(), tally);
    checkpoint.save();
    if (failure != null) {
      throw failure;
    }
    Instant ended = clock.instant();
    metrics.collectionLag(type.name(), Duration.between(started, ended).toMillis() / 1000.0);
    metrics.lastSuccess(type.name(), ended.toEpochMilli() / 1000.0);
  }

  private void collectResources(
      ProductType type, @Nullable Duration range, Instant started, Tally tally)
      throws IOException, InterruptedException {
    Instant watermark = checkpoint.watermark(type.name());
    Instant from = from(started, watermark, range);
    Listing listing = new Listing(type, from, tally);
    try {
      listing.run();
    } catch (MdsoException e) {
      if (e.kind() == MdsoException.Kind.PAGING_ABORTED) {
        metrics.pagingAborted(type.name());
        spans.event("paging_aborted", "mdso.product_type", type.name());
      }
      throw e;
    } finally {
      checkpoint.save();
    }
    processPages(listing.vanished(), tally);
    if (watermark == null || !from.isAfter(watermark)) {
      Instant reached = later(watermark == null ? from : watermark, listing.greatest);
      checkpoint.advance(type.name(), reached, reached.minus(config.timeRange()));
    }
  }

  private Instant from(Instant now, @Nullable Instant watermark, @Nullable Duration range) {
    if (range != null) {
      return now.minus(range);
    }
    return watermark == null ? now.minus(config.timeRange()) : watermark.minus(config.timeRange());
  }

  private static Instant later(Instant a, @Nullable Instant b) {
    return b == null || a.isAfter(b) ? a : b;
  }

  /** Lets the workers deal with resources and waits for all of them. */
  private void processPages(List<Due> due, Tally tally) throws IOException, InterruptedException {
    tally.add("due", due.size());
    ExecutorService inContext = Context.taskWrapping(workers);
    List<Future<@Nullable Void>> running = new ArrayList<>();
    for (Due each : due) {
      Callable<@Nullable Void> task =
          () -> {
            processor.process(each, tally);
            return null;
          };
      running.add(inContext.submit(task));
    }
    MdsoException refused = null;
    try {
      for (Future<@Nullable Void> each : running) {
        MdsoException failure = await(each);
        refused = refused == null ? failure : refused;
      }
    } finally {
      running.forEach(each -> each.cancel(true));
    }
    if (refused != null) {
      throw refused;
    }
  }

  private static @Nullable MdsoException await(Future<@Nullable Void> task)
      throws InterruptedException {
    try {
      task.get();
      return null;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof MdsoException failure) {
        return failure;
      }
      throw new IllegalStateException("a worker failed", e.getCause());
    }
  }

  /** One listing and what it has seen so far. */
  private final class Listing {
    private final ProductType type;
    private final Instant from;
    private final Tally tally;
    private final Set<String> listed = new HashSet<>();
    private @Nullable Instant greatest;

    Listing(ProductType type, Instant from, Tally tally) {
      this.type = type;
      this.from = from;
      this.tally = tally;
    }

    void run() throws IOException, InterruptedException {
      Pager<MdsoResource> pager =
          client.list(
              ResourceQuery.ofType(type.exactTypeId(config.typeIdPrefix())),
              json -> MdsoResource.parse(json, type.circuitKeys()),
              MdsoResource::id);
      for (List<MdsoResource> page = next(pager); page != null; page = next(pager)) {
        processPages(filter(page), tally);
        checkpoint.save();
      }
    }

    private @Nullable List<MdsoResource> next(Pager<MdsoResource> pager)
        throws MdsoException, InterruptedException {
      try (ActiveSpan span = spans.start("mdso.api.get_resources")) {
        span.attribute("mdso.product_type", type.name());
        List<MdsoResource> page = pager.next();
        span.attribute("mdso.resource_count", page == null ? 0 : page.size());
        return page;
      }
    }

    private List<Due> filter(List<MdsoResource> page) {
      try (ActiveSpan span = spans.start("mdso.filter_resources")) {
        List<Due> due = new ArrayList<>();
        for (MdsoResource resource : page) {
          listed.add(resource.id());
          if (resource.updatedAt() != null) {
            greatest = later(resource.updatedAt(), greatest);
          }
          if (isDue(resource)) {
            due.add(new Due(resource, type, false));
          }
        }
        tally.add("resources", page.size());
        span.attribute("mdso.resource_count", due.size());
        return due;
      }
    }

    private boolean isDue(MdsoResource resource) {
      if (checkpoint.isSeen(type.name(), resource)) {
        Pending pending = checkpoint.pending(type.name(), resource.id());
        return pending != null && !clock.instant().isBefore(pending.notBefore());
      }
      return resource.updatedAt() == null
          || !resource.updatedAt().isBefore(from)
          || checkpoint.pending(type.name(), resource.id()) != null;
    }

    /** Resources that wait but were not listed: deleted, or slipped between two pages. */
    List<Due> vanished() throws MdsoException, InterruptedException {
      List<Due> due = new ArrayList<>();
      for (Map.Entry<String, Pending> each :
          checkpoint.pendingBeside(type.name(), listed).entrySet()) {
        MdsoResource known = each.getValue().resource();
        var json = client.resource(each.getKey());
        MdsoResource now = json == null ? null : MdsoResource.parse(json, type.circuitKeys());
        if (now == null) {
          due.add(new Due(known, type, true));
        } else if (isDue(now)) {
          due.add(new Due(now, type, false));
        }
      }
      return due;
    }
  }
}
