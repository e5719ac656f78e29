// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.forward.DestinationStatus.State;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.JournalCursor.Entry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the journal to one destination: reads a window of frames, sends it, commits it, again.
 *
 * <p>Holds at most one window in memory: {@link BatchLimits#maxBytes} and one frame more, twice
 * that while it looks for evidence about a destination that answers 500. The cursor moves only when
 * every item of the window is delivered, filtered or on disk as a dead letter, so a crash costs
 * duplicates of one window.
 */
final class ForwardWorker implements Runnable, Delivery.Surroundings, AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(ForwardWorker.class);
  private static final Duration IDLE_WAIT = Duration.ofMillis(200);
  private static final Duration CLOSE_GRACE = Duration.ofSeconds(5);
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** How often a destination that is waited for is looked after. */
  private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** Runs of the server that one frame may cost. */
  private static final int MAX_CRASHES = 3;

  private final DestinationConfig config;
  private final Destination destination;
  private final JournalCursor cursor;
  private final DeadLetters deadLetters;
  private final ForwardMetrics metrics;
  private final Clock clock;
  private final Ledger ledger;
  private final @Nullable Overflow overflow;
  private final @Nullable TraceSizes traceSizes;
  private final BackOff backOff;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);

  private final List<Frame> window = new ArrayList<>();
  private long windowBytes;
  private long windowItems;
  private long lastSequence;
  private volatile Health health = Health.OK;
  private String complaint = "";
  private long complainedAt;
  private boolean complaining;

  private record Health(State state, String reason, String detail) {
    static final Health OK = new Health(State.OK, "", "");
  }

  /**
   * @param dropping the journal, when the destination's oldest frames may be dropped once it is
   *     full; else null
   */
  ForwardWorker(
      DestinationConfig config,
      Destination destination,
      JournalCursor cursor,
      @Nullable Journal dropping,
      DeadLetters deadLetters,
      ForwardMetrics metrics,
      Clock clock) {
    this.config = config;
    this.destination = destination;
    this.cursor = cursor;
    this.deadLetters = deadLetters;
    this.metrics = metrics;
    this.clock = clock;
    this.ledger = new Ledger(config.name(), metrics);
    this.overflow = dropping == null ? null : new Overflow(config, dropping, cursor, ledger);
    this.traceSizes = config.isTempo() ? new TraceSizes(config.name(), metrics) : null;
    this.backOff = new BackOff(config.retry(), new SplittableRandom());
    this.thread = new Thread(this, "forward-" + config.name());
  }

  void start() {
    thread.start();
  }

  @Override
  public void run() {
    int failures = 0;
    String stopReason = "";
    try {
      while (closing.getCount() > 0) {
        try {
          forwardWindow();
          failures = 0;
        } catch (Overflow.Reached e) {
          logger.debug("{}: a window is given up", config.name());
          cursor.rewind(); // should there be room by now after all
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
          startOver(e);
          rest(backOff.pause(++failures, null).toNanos());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Error e) {
      logger.error("forwarding to {} ends; what is pending stays in the journal", config.name(), e);
      stopReason = "internal";
      throw e;
    } finally {
      health = new Health(State.STOPPED, stopReason, "");
    }
  }

  /**
   * The journal or the dead letters failed, the heap was full for a moment, or there is a bug:
   * nothing is lost, so go on.
   */
  private void startOver(Throwable e) {
    logger.warn("forwarding to {} failed and starts over at its cursor", config.name(), e);
    health = new Health(State.RETRYING, "internal", String.valueOf(e));
    ledger.discard();
    cursor.rewind();
  }

  private void forwardWindow() throws InterruptedException, IOException {
    clearWindow();
    if (overflow != null && overflow.needed()) {
      overflow.drop();
      return;
    }
    if (!fill(IDLE_WAIT)) {
      return;
    }
    List<Batch> batches = prepare(0);
    new Delivery(destination, config.retry(), backOff, this).deliver(batches);
    cursor.commit(lastSequence);
    ledger.post();
  }

  private void clearWindow() {
    window.clear();
    windowBytes = 0;
    windowItems = 0;
    ledger.discard();
  }

  /**
   * Reads frames until the window is full or has been open for the linger time, so that frames
   * which are only stepped over are committed too.
   *
   * @return false when there was none within {@code firstWait}
   */
  private boolean fill(Duration firstWait) throws InterruptedException, IOException {
    Entry entry = cursor.poll(firstWait);
    if (entry == null) {
      return false;
    }
    long opened = System.nanoTime();
    while (entry != null) {
      take(entry);
      long rest = config.limits().linger().toNanos() - (System.nanoTime() - opened);
      entry = full() || rest <= 0 ? null : cursor.poll(Duration.ofNanos(rest));
    }
    return true;
  }

  private boolean full() {
    return windowBytes >= config.limits().maxBytes()
        || windowItems >= config.limits().maxItems()
        || closing.getCount() == 0;
  }

  private void take(Entry entry) throws InterruptedException, IOException {
    Frame frame = entry.frame();
    lastSequence = entry.sequence();
    ledger.read(frame);
    String unwanted = config.unwanted(frame.signal());
    if (unwanted != null) {
      ledger.filtered(frame.signal(), unwanted, frame.items());
    } else if (entry.attempts() > MAX_CRASHES) {
      deadLetter(OtlpBatch.of(frame), "crash", "the server died " + MAX_CRASHES + " times over it");
    } else {
      if (traceSizes != null) {
        traceSizes.weigh(frame);
      }
      window.add(frame);
      windowBytes += frame.payload().length;
      windowItems += frame.items();
    }
  }

  /** Batches of the window's frames from that one on; what fits none is dead by then. */
  private List<Batch> prepare(int from) throws InterruptedException, IOException {
    List<Frame> frames = window.subList(from, window.size());
    try {
      return settled(destination.prepare(frames));
    } catch (RuntimeException | StackOverflowError e) {
      logger.warn("{}: a frame cannot be prepared, looking for it", config.name(), e);
    }
    List<Batch> batches = new ArrayList<>();
    for (Frame frame : frames) {
      batches.addAll(prepareAlone(frame));
    }
    return batches;
  }

  /** One frame that breaks the code costs that frame. */
  private List<Batch> prepareAlone(Frame frame) throws InterruptedException, IOException {
    try {
      return settled(destination.prepare(List.of(frame)));
    } catch (RuntimeException | StackOverflowError e) {
      deadLetter(OtlpBatch.of(frame), "unreadable", String.valueOf(e));
      return List.of();
    }
  }

  private List<Batch> settled(Destination.Prepared prepared)
      throws InterruptedException, IOException {
    for (Destination.Refused refused : prepared.refused()) {
      deadLetter(refused.batch(), refused.reason(), "");
    }
    return prepared.batches();
  }

  @Override
  public List<Batch> more() throws InterruptedException, IOException {
    int known = window.size();
    if (windowBytes >= 2L * config.limits().maxBytes()) {
      return List.of();
    }
    return fill(Duration.ZERO) ? prepare(known) : List.of();
  }

  @Override
  public void pause(Duration time) throws InterruptedException, IOException {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      rest(overflow == null ? left : Math.min(left, CHECK_NANOS));
      if (overflow != null && overflow.needed()) {
        throw new Overflow.Reached();
      }
    }
  }

  private void rest(long nanos) throws InterruptedException {
    if (closing.await(nanos, TimeUnit.NANOSECONDS)) {
      throw new InterruptedException("closing");
    }
  }

  @Override
  public void delivered(Batch batch, int items) {
    ledger.delivered(batch.signal(), items);
  }

  @Override
  public void deadLetter(Batch batch, String reason, String detail)
      throws InterruptedException, IOException {
    store(DeadLetter.of(config.name(), batch, clock.instant(), reason, detail));
  }

  @Override
  public void note(Batch batch, int items, String reason, String detail)
      throws InterruptedException, IOException {
    store(DeadLetter.note(config.name(), batch, clock.instant(), items, reason, detail));
  }

  /** Holds the destination while its dead letters are full: a loss needs a person. */
  private void store(DeadLetter letter) throws InterruptedException, IOException {
    while (!deadLetters.append(config.name(), List.of(letter))) {
      report(new Health(State.HELD, "dlq_full", "purge or replay the dead letters"), null);
      pause(config.retry().probeInterval());
    }
    logger.debug("{}: dead letter {} ({})", config.name(), letter.id(), letter.reason());
    ledger.deadLettered(letter.signal(), letter.reason(), letter.items());
  }

  @Override
  public void answered(Batch batch, Verdict verdict, long nanos) {
    metrics.attempt(config.name(), batch, verdict, nanos);
    report(health(verdict), batch);
  }

  private static Health health(Verdict verdict) {
    return switch (verdict.outcome()) {
      case RETRY, RETRY_SMALLER, SERVER_ERROR ->
          new Health(State.RETRYING, verdict.code(), verdict.detail());
      case HOLD -> new Health(State.HELD, verdict.code(), verdict.detail());
      case DELIVERED, PARTLY_TAKEN, TOO_LARGE, POISON -> Health.OK;
    };
  }

  /** Says the same thing once a minute at most: an outage is two lines, however long it lasts. */
  private void report(Health now, @Nullable Batch batch) {
    health = now;
    if (now.state() == State.OK) {
      if (complaining) {
        logger.info("{} takes data again", config.name());
        complaining = false;
      }
      return;
    }
    boolean recent = System.nanoTime() - complainedAt < QUIET_NANOS;
    if (recent && now.reason().equals(complaint)) {
      return;
    }
    complaint = now.reason();
    complainedAt = System.nanoTime();
    complaining = true;
    logger.warn(
        "{} is {}: {} {} (batch of {} items)",
        config.name(),
        now.state(),
        now.reason(),
        now.detail(),
        batch == null ? 0 : batch.items());
  }

  String name() {
    return config.name();
  }

  Ledger ledger() {
    return ledger;
  }

  long pendingFrames() {
    return cursor.pending();
  }

  /** 0 exactly when nothing is pending; else exact for what is in hand and a guess for the rest. */
  double pendingItems() {
    long unread = Math.max(0, pendingFrames() - ledger.framesInFlight());
    return ledger.inFlight() + unread * ledger.meanItems();
  }

  DestinationStatus status() {
    Health now = health;
    return new DestinationStatus(
        config.name(), now.state(), now.reason(), now.detail(), pendingFrames());
  }

  /** Lets the request under way end, so that it need not be sent twice. */
  void requestClose() {
    closing.countDown();
  }

  /** Stops the thread; also when it was never started. */
  @Override
  public void close() {
    requestClose();
    boolean interrupted = false;
    try {
      thread.join(CLOSE_GRACE.toMillis());
      if (thread.isAlive()) {
        thread.interrupt();
        thread.join();
      }
    } catch (InterruptedException e) {
      interrupted = true;
    }
    destination.close();
    cursor.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
