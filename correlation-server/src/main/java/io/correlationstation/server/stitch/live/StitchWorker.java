// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.admission.TraceSet;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.JournalCursor.Entry;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.SpanTables;
import io.correlationstation.server.stitch.EdgeStatistics;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.HandoffSink;
import io.correlationstation.server.stitch.Ruling;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.StitchStatistics;
import io.correlationstation.server.stitch.Stitcher;
import io.correlationstation.server.stitch.live.SavedState.State;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one stitcher on the journal: reads spans, logs and rulings with the cursor {@code stitch},
 * appends decisions and synthetic spans.
 *
 * <p>Restart: the stitcher's state is saved now and then, with the last frame it has taken. A
 * restart goes on after that frame; what this decides once more is in the journal already and is
 * not written again. Without a usable state (none, damaged, another configuration) the journal is
 * read from where nothing held can be missing: the cursor commits no more than what the stitcher
 * had forgotten when its state was saved. When the journal gets crowded it commits all that the
 * state holds, and more often: a journal that refuses spans is worse than a model learnt from less.
 *
 * <p>Event time follows the spans; while nothing arrives, {@link QuietTime}.
 */
public final class StitchWorker implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(StitchWorker.class);

  private static final String RULING_ORIGIN = "ruling";
  private static final Duration POLL = Duration.ofMillis(200);

  /** Traces without keys that are stitched; the cost of a busy server's would be in them alone. */
  private static final int OTHERS_PER_SECOND = 200;

  private static final int OTHERS_AT_ONCE = 20_000;

  /** Traces that are certain to be known as admitted: many times those the stitcher holds. */
  private static final int MAX_KNOWN = 1 << 18;

  /** Pairs of frame and trace passed over that are remembered: half a minute of a busy server's. */
  private static final int MIN_REMEMBERED = 1 << 17;

  private static final Duration REFRESH_EVERY = Duration.ofSeconds(1);
  private static final int MAX_FRAMES_PER_ROUND = 256;

  /** Saving may take one part in so many of the time; a large state is saved less often. */
  private static final int SHARE_FOR_SAVING = 500;

  /** How full the journal is when saving matters more than what it costs. */
  private static final double CROWDED = 0.5;

  private static final Duration SAVE_WHEN_CROWDED_EVERY = Duration.ofSeconds(10);
  private static final int SHARE_FOR_SAVING_WHEN_CROWDED = 20;

  private final Journal journal;
  private final JournalCursor cursor;
  private final Horizon horizon;
  private final Admission admission;
  private final TelemetryFeed feed;
  private final Stitcher stitcher;
  private final StitchMetrics metrics;
  private final Clock clock;
  private final SavedState savedState;
  private final StateSaver saver;
  private final RulingDesk rulings;
  private final QuietTime quietTime;
  private final JourneyTraces journeyTraces;
  private final TakenBack takenBack;
  private final DecisionWriter writer;
  private final Duration saveEvery;
  private final List<Handoff> decided = new ArrayList<>();
  private final Thread thread;

  private volatile StitchStatistics statistics;
  private volatile List<EdgeStatistics> topology = List.of();
  private volatile long lastSequence;
  private volatile boolean closing;
  private volatile @Nullable String failure;
  private Instant refreshedAt;
  private Instant savedAt;

  private StitchWorker(
      StitchWorkerConfig config,
      Journal journal,
      SpanTables tables,
      PrometheusRegistry registry,
      Clock clock)
      throws IOException {
    this.journal = journal;
    this.clock = clock;
    StitchConfig stitching = config.stitching();
    this.cursor = journal.cursor("stitch");
    this.saveEvery = config.saveEvery();
    this.metrics = new StitchMetrics(registry, this::statistics, this::unread);
    HandoffSink sink = decided::add;
    this.savedState = new SavedState(config.stateFile(), stitching, List.of(stitching, sink));
    this.saver = new StateSaver(savedState, metrics);
    State state = readState();
    this.stitcher = state == null ? Stitcher.create(stitching, sink) : state.stitcher();
    this.lastSequence = state == null ? cursor.committed() : state.sequence();
    this.admission = state == null ? admission() : state.admission();
    this.feed = new TelemetryFeed(stitching, admission, tables);
    this.horizon = state == null ? horizon(stitching) : state.horizon();
    this.journeyTraces = state == null ? new JourneyTraces() : state.journeyTraces();
    this.takenBack = state == null ? new TakenBack() : state.takenBack();
    this.rulings = new RulingDesk(config.rulingFile(), stitcher, decided, metrics);
    this.quietTime = new QuietTime(stitcher);
    if (config.polledSources()) {
      stitcher.expectPolled();
    }
    List<Ruling> old = rulings.takeUpTo(lastSequence, journal.status().nextSequence());
    if (state == null) {
      rulings.hearAgain(old);
    } else {
      quietTime.restore(state.newestEndNanos(), state.newestReceivedNanos());
      metrics.calibration().restore(state.calibration());
    }
    cursor.seek(lastSequence + 1);
    this.writer =
        new DecisionWriter(
            journal,
            new SyntheticSpans(config.systemOfService()),
            config.journeyTraces() ? journeyTraces : null,
            takenBack,
            AlreadyWritten.after(lastSequence, journal),
            metrics,
            clock);
    this.statistics = stitcher.statistics();
    this.refreshedAt = clock.instant();
    this.savedAt = clock.instant();
    this.thread = new Thread(this::run, "stitch-0");
  }

  /**
   * Opens the cursor and starts the thread {@code stitch-0}.
   *
   * @param tables shared with other readers of that journal
   */
  public static StitchWorker start(
      StitchWorkerConfig config,
      Journal journal,
      SpanTables tables,
      PrometheusRegistry registry,
      Clock clock)
      throws IOException {
    StitchWorker worker = new StitchWorker(config, journal, tables, registry, clock);
    worker.thread.start();
    return worker;
  }

  private static Admission admission() {
    return new Admission(OTHERS_PER_SECOND, OTHERS_AT_ONCE, MAX_KNOWN, MIN_REMEMBERED);
  }

  private static Horizon horizon(StitchConfig config) {
    return new Horizon(config.window().plus(config.polledLateness()).plus(config.finalAfter()));
  }

  private @Nullable State readState() throws IOException {
    try {
      State state = savedState.read();
      if (state == null || state.sequence() < journal.status().nextSequence()) {
        return state;
      }
      throw new IOException("it is of another journal");
    } catch (IOException e) {
      metrics.stateDamaged();
      savedState.setAside();
      LOGGER.warn("what stitching had learnt can't be used and is learnt anew", e);
      return null;
    }
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
    return Math.max(0, journal.status().nextSequence() - 1 - lastSequence);
  }

  /** Why the worker stopped, or null while it runs. */
  public @Nullable String failure() {
    return failure;
  }

  /**
   * Takes a person's ruling; any thread. It is carried out as soon as the worker comes to it.
   *
   * @return completes when the ruling is on disk, exceptionally when the journal refuses it
   */
  public CompletableFuture<Long> rule(Ruling ruling) {
    return journal.append(
        new Frame(
            Signal.RULINGS,
            now(),
            1,
            Map.of(Frame.ORIGIN, RULING_ORIGIN),
            RulingLines.payload(ruling)));
  }

  private void run() {
    try {
      while (!closing) {
        round();
      }
      letGo(saver.awaitInPlace());
      save();
      letGo(saver.awaitInPlace());
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
    long sequenceBefore = lastSequence;
    Entry entry = cursor.poll(POLL);
    for (int frames = 0; entry != null && frames < MAX_FRAMES_PER_ROUND; frames++) {
      take(entry);
      entry = cursor.poll(Duration.ZERO);
    }
    if (entry != null) {
      take(entry);
    }
    quietTime.round(entry == null && lastSequence == sequenceBefore, now());
    writer.write(decided);
    decided.clear();
    statistics = stitcher.statistics();
    Instant now = clock.instant();
    if (refreshedAt.plus(REFRESH_EVERY).isBefore(now)) {
      refreshedAt = now;
      topology = stitcher.topology();
    }
    letGo(saver.nextInPlace());
    if (!saver.isUnderWay() && savedAt.plus(betweenSaves()).isBefore(now)) {
      save();
    }
  }

  private Duration betweenSaves() {
    return crowded()
        ? longer(
            SAVE_WHEN_CROWDED_EVERY, saver.longest().multipliedBy(SHARE_FOR_SAVING_WHEN_CROWDED))
        : longer(saveEvery, saver.longest().multipliedBy(SHARE_FOR_SAVING));
  }

  private boolean crowded() {
    return journal.fullness() >= CROWDED;
  }

  private long now() {
    return DecisionWriter.now(clock);
  }

  private void take(Entry entry) throws IOException {
    Frame frame = entry.frame();
    long frameEndNanos = 0;
    long startNanos = 0;
    quietTime.until(frame.receivedNanos());
    if (!frame.ownWork()) {
      if (frame.signal() == Signal.TRACES) {
        frameEndNanos = feed.traces(entry, stitcher);
        startNanos = frameEndNanos == 0 ? 0 : frame.receivedNanos();
      } else if (frame.signal() == Signal.LOGS) {
        frameEndNanos = feed.logs(frame.payload(), frame.receivedNanos(), stitcher);
        startNanos = frameEndNanos;
      }
    } else if (frame.signal() == Signal.RULINGS) {
      rulings.hearAll(entry);
    }
    quietTime.taken(feed.newestPushedEndNanos(), startNanos, frame.receivedNanos());
    takeMissed(entry);
    horizon.passed(entry.sequence(), frameEndNanos);
    lastSequence = entry.sequence();
  }

  /** Reads again what was passed over of traces that turned out to have a key. */
  private void takeMissed(Entry entry) throws IOException {
    for (Map.Entry<Long, TraceSet> missed : admission.takeMissed().entrySet()) {
      long sequence = missed.getKey();
      Frame frame = sequence == entry.sequence() ? entry.frame() : journal.read(sequence);
      if (frame != null) {
        feed.missed(new Entry(sequence, frame), missed.getValue(), stitcher);
      }
    }
    if (admission.full()) {
      admission.forgetOlder();
    }
  }

  /**
   * The frames of what is held are kept, for a state that gets lost, only as long as there is room.
   */
  private void save() {
    savedAt = clock.instant();
    long forgotten = horizon.safeAt(statistics.watermarkNanos());
    saver.save(
        new State(
            stitcher,
            horizon,
            metrics.calibration(),
            admission,
            journeyTraces,
            takenBack,
            lastSequence,
            quietTime.newestEndNanos(),
            quietTime.newestReceivedNanos()),
        crowded() ? lastSequence : forgotten);
  }

  /** First the state is in its place, then the commit lets go of frames. */
  private void letGo(long safe) {
    try {
      if (safe > cursor.committed()) {
        cursor.commit(safe);
      }
    } catch (IOException e) {
      metrics.stateNotSaved();
      LOGGER.warn("the journal can't let go of what the saved state holds", e);
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /** Ends after the round under way, without waiting for what is undecided. */
  @Override
  public void close() {
    closing = true;
    writer.closing();
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
    saver.close();
    try {
      rulings.close();
    } catch (IOException e) {
      LOGGER.warn("the file of rulings did not close cleanly", e);
    }
  }
}
