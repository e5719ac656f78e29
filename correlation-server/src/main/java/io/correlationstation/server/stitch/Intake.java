// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What comes in and waits until event time has passed its end: refused where it can't be used, its
 * keys interned, put under the second in which it is taken.
 */
final class Intake {

  /** A span that is later than this after the watermark is taken at once: its time is wrong. */
  static final long MAX_TICKS_AHEAD = 3600;

  /** A span or sighting that waits, some of its keys its own, in bytes. */
  private static final int BYTES_PER_WAITING = 400;

  /** They may take one part in so many of the memory. */
  private static final int SHARE_FOR_WAITING = 4;

  private static final KeyValue[] NO_KEYS = {};

  private final StitchConfig config;
  private final EventClock clock;
  private final Keys keys;
  private final Vocabulary vocabulary;
  private final Agenda agenda;
  private final Losses losses;
  private final KeyValue[] found;
  private final long maxWaiting;
  private long spans;
  private long waiting;

  Intake(
      StitchConfig config,
      EventClock clock,
      Keys keys,
      Vocabulary vocabulary,
      Agenda agenda,
      Losses losses) {
    this.config = config;
    this.clock = clock;
    this.keys = keys;
    this.vocabulary = vocabulary;
    this.agenda = agenda;
    this.losses = losses;
    found = new KeyValue[keys.count()];
    maxWaiting = Math.max(1, config.maxBytes() / SHARE_FOR_WAITING / BYTES_PER_WAITING);
  }

  /** Spans that came, those refused included. */
  long spans() {
    return spans;
  }

  /** Whether more waits than memory is meant for. */
  boolean isFull() {
    return waiting > maxWaiting;
  }

  /** What waited for this second waits no longer. */
  void taken(Agenda.Tick tick) {
    waiting -= tick.spans.size() + tick.sightings.size();
  }

  /**
   * Takes a span, and event time with it.
   *
   * @param doneTick the last second that was done, or {@link Stitcher#NEVER}
   * @return false when it was counted and left
   */
  boolean take(SpanFacts span, long doneTick) {
    spans++;
    String reason = refusal(span);
    if (reason != null) {
      losses.count(reason);
      return false;
    }
    Service service = vocabulary.service(span.service);
    if (!span.polled
        && !clock.observe(service.arrivals, span.endNanos, span.traceLow, span.receivedNanos)) {
      losses.count("future_time");
    }
    PendingSpan pending = new PendingSpan(span, service, internKeys(span.keys));
    agenda.at(tickFor(pending.endNanos, span, doneTick)).spans.add(pending);
    waiting++;
    return true;
  }

  private @Nullable String refusal(SpanFacts span) {
    if ((span.traceHigh == 0 && span.traceLow == 0) || span.spanId == 0) {
      return "zero_id";
    }
    if (span.startNanos <= 0 || span.endNanos <= 0) {
      return "zero_time";
    }
    return config.observers().contains(span.service) ? "observer" : null;
  }

  /** The second in which a span is taken: that of its end, unless it is late or its time wrong. */
  private long tickFor(long endNanos, SpanFacts span, long doneTick) {
    long tick = Stitcher.tickOf(endNanos);
    if (tick <= doneTick) {
      countLate(span);
      return doneTick + 1;
    }
    long believed = clock.started() ? clock.watermark() : span.receivedNanos;
    if (believed == 0 || tick <= Stitcher.tickOf(believed) + MAX_TICKS_AHEAD) {
      return tick;
    }
    return doneTick == Stitcher.NEVER ? Stitcher.tickOf(believed) : doneTick + 1;
  }

  /** A polled span is late only when it comes after its own, longer, lateness. */
  private void countLate(SpanFacts span) {
    if (!span.polled) {
      losses.count("late");
    } else if (span.endNanos < clock.watermark() - config.polledLateness().toNanos()) {
      losses.count("late_polled");
    }
  }

  /**
   * Takes a record that is not a span. One without time is counted and left, one without keys left.
   *
   * @param doneTick the last second that was done, or {@link Stitcher#NEVER}
   */
  void take(KeySighting sighting, long doneTick) {
    if (sighting.timeNanos() <= 0) {
      losses.count("zero_time");
      return;
    }
    KeyValue[] values = internKeys(textsOf(sighting.keys()));
    if (values.length == 0) {
      return;
    }
    long tick = Math.max(Stitcher.tickOf(sighting.timeNanos()), doneTick + 1);
    if (clock.started()) {
      tick = Math.min(tick, Math.max(Stitcher.tickOf(clock.watermark()) + 1, doneTick + 1));
    }
    agenda.at(tick).sightings.add(new PendingSighting(sighting, values));
    waiting++;
  }

  private @Nullable String[] textsOf(Map<String, String> byName) {
    @Nullable String[] texts = new @Nullable String[keys.count()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = byName.get(keys.spec(i).name());
    }
    return texts;
  }

  private KeyValue[] internKeys(@Nullable String[] texts) {
    int count = 0;
    for (int i = 0; i < texts.length; i++) {
      if (texts[i] != null) {
        KeyValue value = keys.intern(i, texts[i]);
        if (value != null) {
          found[count++] = value;
        }
      }
    }
    return count == 0 ? NO_KEYS : Arrays.copyOf(found, count);
  }
}
