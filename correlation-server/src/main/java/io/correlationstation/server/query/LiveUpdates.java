// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.correlationstation.server.journey.Changes;
import io.correlationstation.server.journey.Journeys;
import io.javalin.http.HttpStatus;
import io.javalin.http.sse.SseClient;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells those who look on that something changed, as server-sent events.
 *
 * <p>An event {@code change} carries the ids of journeys and circuits that changed since the last
 * one, at most {@value #MAX_IDS} of each; with {@code "more":true} there were others. Changes are
 * gathered for {@value #PERIOD_MILLIS} ms. A viewer that reads slowly gets fewer and larger events
 * and delays nobody else. Every 15 seconds without change a comment keeps the connection open.
 */
final class LiveUpdates implements AutoCloseable {

  static final int MAX_VIEWERS = 200;
  static final int MAX_IDS = 200;
  static final long PERIOD_MILLIS = 250;

  private static final Logger logger = LoggerFactory.getLogger(LiveUpdates.class);
  private static final long KEEP_ALIVE_TICKS = 15_000 / PERIOD_MILLIS;
  private static final int SENDERS = 4;

  private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "live-ticker"));
  private final ExecutorService senders =
      Executors.newFixedThreadPool(SENDERS, task -> daemon(task, "live-sender"));
  private final AutoCloseable subscription;
  private final ScheduledFuture<?> ticks;

  private LiveUpdates(Journeys journeys) {
    subscription = journeys.onChange(changes -> viewers.forEach(viewer -> viewer.add(changes)));
    ticks =
        ticker.scheduleAtFixedRate(this::tick, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  static LiveUpdates start(Journeys journeys) {
    return new LiveUpdates(journeys);
  }

  void connect(SseClient client) {
    client.ctx().header("Cache-Control", "no-store");
    client.ctx().header("X-Content-Type-Options", "nosniff");
    if (viewers.size() >= MAX_VIEWERS) {
      client.ctx().status(HttpStatus.SERVICE_UNAVAILABLE).header("Retry-After", "30");
      client.close();
      return;
    }
    Viewer viewer = new Viewer(client);
    client.onClose(() -> viewers.remove(viewer));
    client.keepAlive();
    client.sendComment("connected");
    viewers.add(viewer);
  }

  @Override
  public void close() {
    try {
      subscription.close();
    } catch (Exception e) {
      logger.warn("Live updates could not unsubscribe", e);
    }
    ticks.cancel(false);
    ticker.shutdownNow();
    senders.shutdownNow();
    viewers.forEach(viewer -> viewer.client.close());
  }

  private void tick() {
    try {
      for (Viewer viewer : viewers) {
        if (viewer.due()) {
          senders.execute(viewer::send);
        }
      }
    } catch (RuntimeException e) {
      logger.warn("Live updates failed to send", e);
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** One connection and what it has not been told yet. */
  private static final class Viewer {

    private final SseClient client;
    private final Set<String> journeyIds = new LinkedHashSet<>();
    private final Set<String> circuitIds = new LinkedHashSet<>();
    private long sequence;
    private boolean more;
    private boolean sending;
    private long idleTicks;

    Viewer(SseClient client) {
      this.client = client;
    }

    synchronized void add(Changes changes) {
      sequence = changes.sequence();
      more |= addUpTo(MAX_IDS, journeyIds, changes.journeyIds());
      more |= addUpTo(MAX_IDS, circuitIds, changes.circuitIds());
    }

    private static boolean addUpTo(int bound, Set<String> known, Set<String> news) {
      for (String id : news) {
        if (known.size() >= bound && !known.contains(id)) {
          return true;
        }
        known.add(id);
      }
      return false;
    }

    /** Whether to send now; if so, nothing else is sent until {@link #send} has ended. */
    synchronized boolean due() {
      if (sending) {
        return false;
      }
      sending = !journeyIds.isEmpty() || !circuitIds.isEmpty() || ++idleTicks >= KEEP_ALIVE_TICKS;
      return sending;
    }

    void send() {
      try {
        ChangeDocument change = take();
        if (change == null) {
          client.sendComment("still here");
        } else {
          client.sendEvent("change", new String(Json.bytes(change), StandardCharsets.UTF_8));
        }
      } catch (RuntimeException e) {
        logger.debug("A viewer of live updates is gone", e);
        client.close();
      } finally {
        sent();
      }
    }

    private synchronized @Nullable ChangeDocument take() {
      idleTicks = 0;
      if (journeyIds.isEmpty() && circuitIds.isEmpty()) {
        return null;
      }
      ChangeDocument change =
          new ChangeDocument(sequence, Set.copyOf(journeyIds), Set.copyOf(circuitIds), more);
      journeyIds.clear();
      circuitIds.clear();
      more = false;
      return change;
    }

    private synchronized void sent() {
      sending = false;
    }
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record ChangeDocument(
      long sequence, Set<String> journeyIds, Set<String> circuitIds, boolean more) {}
}
