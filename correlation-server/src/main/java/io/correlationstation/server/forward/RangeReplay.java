// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Frame;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends frames to a destination again, beside whatever else is being sent there. Idempotent for
 * Tempo and Loki, which recognise what they have.
 *
 * <p>A batch that the destination does not take now is tried {@value #MAX_PAUSES} times; then, or
 * at once when it refuses everything, the replay ends and says what is left. Nothing becomes a dead
 * letter: the frames were there before.
 */
public final class RangeReplay implements Delivery.Surroundings {

  /** Where the frames come from. */
  public interface Source {
    /** The next frame, or null when there is no more. */
    @Nullable Frame next() throws IOException;
  }

  private static final int MAX_PAUSES = 5;

  private static final class GivenUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GivenUpException() {
      super(null, null, false, false);
    }
  }

  private final DestinationConfig config;
  private final Destination destination;
  private int pauses;
  private boolean held;
  private long delivered;
  private long refused;
  private String refusal = "";
  private String answer = "";

  private RangeReplay(DestinationConfig config, Destination destination) {
    this.config = config;
    this.destination = destination;
  }

  /**
   * Sends every frame of the source that the destination takes.
   *
   * @throws IOException when the source cannot be read
   */
  public static ReplayResult run(DestinationConfig config, Source source)
      throws IOException, InterruptedException {
    try (Destination destination = Forwarder.create(config, Clock.systemUTC())) {
      return new RangeReplay(config, destination).run(source);
    }
  }

  private ReplayResult run(Source source) throws IOException, InterruptedException {
    long left = 0;
    for (List<Frame> window = fill(source); !window.isEmpty(); window = fill(source)) {
      left += left > 0 ? items(window) : deliver(window);
    }
    return new ReplayResult(delivered, refused, left, left > 0 ? answer : refusal);
  }

  private List<Frame> fill(Source source) throws IOException {
    List<Frame> window = new ArrayList<>();
    long bytes = 0;
    while (bytes < config.limits().maxBytes()) {
      Frame frame = source.next();
      if (frame == null) {
        break;
      }
      if (config.signals().contains(frame.signal())) {
        window.add(frame);
        bytes += frame.payload().length;
      }
    }
    return window;
  }

  /** Items of the window that are not settled: 0, or what was left when it was given up. */
  private long deliver(List<Frame> window) throws IOException, InterruptedException {
    long before = delivered + refused;
    List<Batch> batches = prepare(window);
    BackOff backOff = new BackOff(config.retry(), new SplittableRandom());
    try {
      new Delivery(destination, config.retry(), backOff, this).deliver(batches);
      return 0;
    } catch (GivenUpException e) {
      return items(window) - (delivered + refused - before);
    }
  }

  private List<Batch> prepare(List<Frame> window) {
    try {
      return settled(destination.prepare(window));
    } catch (RuntimeException | StackOverflowError e) {
      return window.size() == 1 ? unreadable(window.get(0), e) : prepareEach(window);
    }
  }

  private List<Batch> prepareEach(List<Frame> window) {
    List<Batch> batches = new ArrayList<>();
    window.forEach(frame -> batches.addAll(prepare(List.of(frame))));
    return batches;
  }

  private List<Batch> unreadable(Frame frame, Throwable why) {
    deadLetter(OtlpBatch.of(frame), "unreadable", String.valueOf(why));
    return List.of();
  }

  private List<Batch> settled(Destination.Prepared prepared) {
    for (Destination.Refused batch : prepared.refused()) {
      deadLetter(batch.batch(), batch.reason(), "");
    }
    return prepared.batches();
  }

  private static long items(List<Frame> window) {
    return window.stream().mapToLong(Frame::items).sum();
  }

  @Override
  public void pause(Duration time) throws InterruptedException {
    if (held || ++pauses > MAX_PAUSES) {
      throw new GivenUpException();
    }
    TimeUnit.NANOSECONDS.sleep(time.toNanos());
  }

  @Override
  public List<Batch> more() {
    return List.of();
  }

  @Override
  public void delivered(Batch batch, int items) {
    pauses = 0;
    delivered += items;
  }

  @Override
  public void deadLetter(Batch batch, String why, String detail) {
    note(batch, batch.items(), why, detail);
  }

  @Override
  public void note(Batch batch, int items, String why, String detail) {
    refused += items;
    refusal = (why + " " + detail).strip();
  }

  @Override
  public void answered(Batch batch, Verdict verdict, long nanos) {
    held = verdict.outcome() == Verdict.Outcome.HOLD;
    answer = (verdict.code() + " " + verdict.detail()).strip();
  }
}
