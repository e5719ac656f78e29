// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static io.correlationstation.server.stitch.Handoff.State.LINKED;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.JournalCursor.Entry;
import io.correlationstation.server.journal.JournalRefusedException;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.stitch.EdgeStatistics;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.StitchStatistics;
import io.correlationstation.server.stitch.Stitcher;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one stitcher on the journal: reads spans and logs with the cursor {@code stitch}, appends
 * decisions and synthetic spans.
 *
 * <p>Restart: the cursor commits only what the stitcher has forgotten, so that a restart reads
 * again all it held. The decisions this leads to are in the journal already and are recognised by
 * their id and state.
 *
 * <p>Event time follows the spans. While nothing arrives it follows the time that passes, a grace
 * behind, so that the last order of the day is decided too.
 */
public final class StitchWorker implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(StitchWorker.class);

  /** Value of {@link Frame#ORIGIN} on what this worker appends. */
  static final String ORIGIN = "stitch";

  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration IDLE_GRACE = Duration.ofSeconds(3);
  private static final Duration COMMIT_EVERY = Duration.ofSeconds(1);
  private static final int MAX_FRAMES_PER_ROUND = 256;
  private static final Duration APPEND_RETRY = Duration.ofSeconds(1);

  private final Journal journal;
  private final JournalCursor cursor;
  private final Horizon horizon;
  private final SyntheticSpans synthetic;
  private final TelemetryFeed feed;
  private final Stitcher stitcher;
  private final StitchMetrics metrics;
  private final Clock clock;
  private final Set<String> alreadyWritten;
  private final List<Handoff> decided = new ArrayList<>();
  private final Thread thread;

  private volatile StitchStatistics statistics;
  private volatile List<EdgeStatistics> topology = List.of();
  private volatile long taken;
  private volatile boolean closing;
  private volatile @Nullable String failure;
  private long newestEndNanos;
  private Instant newestEndAt;
  private Instant lastCommitAt;

  private StitchWorker(
      StitchConfig config,
      Map<String, String> systemOfService,
      Journal journal,
      PrometheusRegistry registry,
      Clock clock)
      throws IOException {
    this.journal = journal;
    this.clock = clock;
    this.synthetic = new SyntheticSpans(systemOfService);
    this.feed = new TelemetryFeed(config);
    this.cursor = journal.cursor("stitch");
    this.stitcher = Stitcher.create(config, decided::add);
    this.horizon =
        new Horizon(config.window().plus(config.polledLateness()).plus(config.finalAfter()));
    this.alreadyWritten = decisionsAfter(cursor.committed());
    this.statistics = stitcher.statistics();
    this.metrics = new StitchMetrics(registry, this::statistics, this::unread);
    this.taken = cursor.committed();
    this.newestEndAt = clock.instant();
    this.lastCommitAt = clock.instant();
    this.thread = new Thread(this::run, "stitch-0");
  }

  /**
   * Opens the cursor and starts the thread {@code stitch-0}.
   *
   * @param systemOfService see {@link SyntheticSpans#SyntheticSpans}
   */
  public static StitchWorker start(
      StitchConfig config,
      Map<String, String> systemOfService,
      Journal journal,
      PrometheusRegistry registry,
      Clock clock)
      throws IOException {
    StitchWorker worker = new StitchWorker(config, systemOfService, journal, registry, clock);
    worker.thread.start();
    return worker;
  }

  /** Figures as of the last round; any thread. */
  public StitchStatistics statistics() {
    return statistics;
  }

  /** Service edges as of a second ago at most; any thread. */
  public List<EdgeStatistics> topology() {
    return topology;
  }

  /** Frames of the journal not read yet, its own among them; 0 when it has caught up. */
  private long unread() {
    return Math.max(0, journal.status().nextSequence() - 1 - taken);
  }

  /** Why the worker stopped, or null while it runs. */
  public @Nullable String failure() {
    return failure;
  }

  private Set<String> decisionsAfter(long committed) throws IOException {
    Set<String> decisions = new HashSet<>();
    long next = journal.status().nextSequence();
    for (long sequence = committed + 1; sequence < next; sequence++) {
      Frame frame = journal.read(sequence);
      if (frame != null && frame.signal() == Signal.HANDOFFS) {
        HandoffLines.parse(frame.payload()).forEach(handoff -> decisions.add(decision(handoff)));
      }
    }
    return decisions;
  }

  private static String decision(Handoff handoff) {
    return handoff.id() + handoff.state();
  }

  private void run() {
    try {
      while (!closing) {
        round();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      failure = "stitching stopped: " + e;
      LOGGER.error("stitching stopped; spans are still received, kept and forwarded", e);
      if (e instanceof Error) {
        throw (Error) e;
      }
    }
  }

  private void round() throws IOException, InterruptedException {
    Entry entry = cursor.poll(POLL);
    for (int frames = 0; entry != null && frames < MAX_FRAMES_PER_ROUND; frames++) {
      take(entry);
      entry = cursor.poll(Duration.ZERO);
    }
    if (entry == null) {
      followTheClock();
    } else {
      take(entry);
    }
    write();
    statistics = stitcher.statistics();
    if (lastCommitAt.plus(COMMIT_EVERY).isBefore(clock.instant())) {
      commit();
    }
  }

  private void take(Entry entry) {
    Frame frame = entry.frame();
    long frameEndNanos = 0;
    if (!frame.ownWork()) {
      if (frame.signal() == Signal.TRACES) {
        frameEndNanos = feed.traces(frame.payload(), frame.receivedNanos(), stitcher);
      } else if (frame.signal() == Signal.LOGS) {
        feed.logs(frame.payload(), stitcher);
      }
    }
    if (feed.newestPushedEndNanos() > newestEndNanos) {
      newestEndNanos = feed.newestPushedEndNanos();
      newestEndAt = clock.instant();
    }
    horizon.passed(entry.sequence(), frameEndNanos);
    taken = entry.sequence();
  }

  private void followTheClock() {
    long idleNanos = Duration.between(newestEndAt, clock.instant()).minus(IDLE_GRACE).toNanos();
    if (newestEndNanos > 0 && idleNanos > 0) {
      stitcher.advanceTo(newestEndNanos + idleNanos);
    }
  }

  /** Appends what was decided and was not before; the cursor can commit only later than that. */
  private void write() throws InterruptedException {
    List<Handoff> fresh = new ArrayList<>();
    List<Handoff> linked = new ArrayList<>();
    for (Handoff handoff : decided) {
      if (!alreadyWritten.remove(decision(handoff))) {
        fresh.add(handoff);
        if (handoff.state() == LINKED) {
          linked.add(handoff);
        }
        metrics.decided(handoff, clock);
      }
    }
    decided.clear();
    if (!fresh.isEmpty()) {
      append(Signal.HANDOFFS, fresh.size(), HandoffLines.payload(fresh));
    }
    if (!linked.isEmpty()) {
      append(Signal.TRACES, 2 * linked.size(), synthetic.encode(linked));
    }
  }

  /**
   * Waits until the frame is on disk; a journal that refuses is asked again, as nothing may be lost
   * here either.
   */
  private void append(Signal signal, int items, byte[] payload) throws InterruptedException {
    Instant now = clock.instant();
    long nowNanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    Frame frame = new Frame(signal, nowNanos, items, Map.of(Frame.ORIGIN, ORIGIN), payload);
    while (true) {
      try {
        journal.append(frame).join();
        return;
      } catch (CompletionException | JournalRefusedException e) {
        if (closing) {
          throw new InterruptedException("closing while the journal refuses");
        }
        metrics.appendRefused();
        LockSupport.parkNanos(APPEND_RETRY.toNanos());
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    }
  }

  private void commit() throws IOException {
    lastCommitAt = clock.instant();
    topology = stitcher.topology();
    long safe = horizon.safeAt(statistics.watermarkNanos());
    if (safe > cursor.committed()) {
      cursor.commit(safe);
    }
  }

  /** Ends after the round under way, without waiting for what is undecided. */
  @Override
  public void close() {
    closing = true;
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
      if (thread.isAlive()) {
        thread.interrupt();
        thread.join(TimeUnit.SECONDS.toMillis(2));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    cursor.close();
  }
}
