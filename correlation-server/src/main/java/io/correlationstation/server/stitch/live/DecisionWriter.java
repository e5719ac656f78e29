// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalRefusedException;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.stitch.Handoff;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Appends decisions and the spans that show them to the journal, each once also when a restart
 * decides it again. Not thread-safe.
 */
final class DecisionWriter {

  /** Value of {@link Frame#ORIGIN} on what is appended. */
  static final String ORIGIN = "stitch";

  private static final Duration APPEND_RETRY = Duration.ofSeconds(1);

  private final Journal journal;
  private final SyntheticSpans synthetic;
  private final @Nullable JourneyTraces journeyTraces;
  private final TakenBack takenBack;
  private final AlreadyWritten alreadyWritten;
  private final StitchMetrics metrics;
  private final Clock clock;
  private volatile boolean closing;

  /**
   * @param journeyTraces null for none
   */
  DecisionWriter(
      Journal journal,
      SyntheticSpans synthetic,
      @Nullable JourneyTraces journeyTraces,
      TakenBack takenBack,
      AlreadyWritten alreadyWritten,
      StitchMetrics metrics,
      Clock clock) {
    this.journal = journal;
    this.synthetic = synthetic;
    this.journeyTraces = journeyTraces;
    this.takenBack = takenBack;
    this.alreadyWritten = alreadyWritten;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** Appends what was decided and was not before. */
  void write(List<Handoff> decided) throws InterruptedException {
    if (decided.isEmpty()) {
      return;
    }
    List<Handoff> fresh = new ArrayList<>();
    for (Handoff handoff : decided) {
      if (!alreadyWritten.remove(handoff)) {
        fresh.add(handoff);
        metrics.decided(handoff, clock);
      }
    }
    int[] times = takenBack.timesBefore(decided);
    List<Span> spans = new ArrayList<>(synthetic.of(decided, times));
    if (journeyTraces != null) {
      spans.addAll(journeyTraces.of(decided, times, synthetic));
    }
    spans.removeIf(alreadyWritten::remove);
    if (!fresh.isEmpty()) {
      append(Signal.HANDOFFS, fresh.size(), HandoffLines.payload(fresh));
    }
    if (!spans.isEmpty()) {
      append(Signal.TRACES, spans.size(), SyntheticSpans.encode(spans));
    }
  }

  /**
   * Waits until the frame is on disk; a journal that refuses is asked again, as nothing may be lost
   * here either.
   */
  private void append(Signal signal, int items, byte[] payload) throws InterruptedException {
    Frame frame = new Frame(signal, now(clock), items, Map.of(Frame.ORIGIN, ORIGIN), payload);
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

  static long now(Clock clock) {
    Instant now = clock.instant();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  /** From now on a journal that refuses ends the writing; any thread. */
  void closing() {
    closing = true;
  }
}
