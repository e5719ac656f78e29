// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.stitch.live.SavedState.State;
import io.correlationstation.server.stitch.live.SavedState.Written;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves the stitcher's state so that stitching waits for the copy only, not for the disk.
 *
 * <p>The caller's thread writes it to the pages of a new file; the thread {@code stitch-state-0}
 * forces them and puts the file in the old one's place. Only then may the journal let go of what
 * the state holds: {@link #nextInPlace}. One save at a time; a failure is counted and costs only
 * time later. Used by one thread, the stitcher's.
 */
final class StateSaver implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(StateSaver.class);

  /** No state came to its place. */
  static final long NONE = -1;

  private static final int CLOSE_SECONDS = 10;

  private final SavedState file;
  private final StitchMetrics metrics;
  private final ExecutorService disk =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "stitch-state-0");
            thread.setDaemon(true);
            return thread;
          });
  private @Nullable Future<?> underWay;
  private long safeSequence = NONE;
  private Duration longest = Duration.ZERO;

  StateSaver(SavedState file, StitchMetrics metrics) {
    this.file = file;
    this.metrics = metrics;
  }

  /** The longest for which a save has held its caller up. */
  Duration longest() {
    return longest;
  }

  boolean isUnderWay() {
    return underWay != null;
  }

  /**
   * Writes the state; only when none is under way.
   *
   * @param safe the last frame that is needed no longer once this state is in its place
   */
  void save(State state, long safe) {
    try {
      long started = System.nanoTime();
      Written written = file.write(state);
      underWay =
          disk.submit(
              () -> {
                written.putInPlace();
                return null;
              });
      safeSequence = safe;
      Duration pause = Duration.ofNanos(System.nanoTime() - started);
      longest = longest.compareTo(pause) >= 0 ? longest : pause;
      metrics.stateSaved(written.bytes(), pause.toNanos());
    } catch (IOException | IllegalStateException e) {
      failed(e);
    }
  }

  /**
   * The frame up to which the journal may forget by the state that has come to its place since this
   * was last asked; {@link #NONE} when none has.
   */
  long nextInPlace() throws InterruptedException {
    Future<?> save = underWay;
    return save == null || !save.isDone() ? NONE : settle(save);
  }

  /** The same, after waiting for a save under way. */
  long awaitInPlace() throws InterruptedException {
    Future<?> save = underWay;
    return save == null ? NONE : settle(save);
  }

  private long settle(Future<?> save) throws InterruptedException {
    try {
      save.get();
      return safeSequence;
    } catch (ExecutionException e) {
      failed(e.getCause() == null ? e : e.getCause());
      return NONE;
    } finally {
      underWay = null;
    }
  }

  private void failed(Throwable cause) {
    metrics.stateNotSaved();
    LOGGER.warn("the stitcher's state can't be saved; the next start reads more again", cause);
  }

  /** Waits for a save under way, so that whoever comes next finds one file. */
  @Override
  public void close() {
    disk.shutdown();
    try {
      if (!disk.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOGGER.warn("the disk still writes the stitcher's state");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
