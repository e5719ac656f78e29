// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Spans of a test, and what a stitcher makes of them. Times are seconds after an epoch. */
final class Spans {

  static final long EPOCH_NANOS = 1_767_600_000_000_000_000L;
  private static final List<KeySpec> KEYS = KeySpec.defaults();

  /** One span with everything the stitcher may be told of it. */
  record Made(
      long trace,
      long id,
      long parent,
      String service,
      String name,
      int kind,
      long startNanos,
      long endNanos,
      Map<String, String> keys,
      boolean polled,
      @Nullable String peer,
      @Nullable String destination) {

    Made with(String key, String value) {
      Map<String, String> more = new LinkedHashMap<>(keys);
      more.put(key, value);
      return new Made(
          trace,
          id,
          parent,
          service,
          name,
          kind,
          startNanos,
          endNanos,
          more,
          polled,
          peer,
          destination);
    }

    Made shifted(double seconds) {
      long nanos = Math.round(seconds * 1e9);
      return new Made(
          trace,
          id,
          parent,
          service,
          name,
          kind,
          startNanos + nanos,
          endNanos + nanos,
          keys,
          polled,
          peer,
          destination);
    }

    Made polledSource() {
      return new Made(
          trace,
          id,
          parent,
          service,
          name,
          kind,
          startNanos,
          endNanos,
          keys,
          true,
          peer,
          destination);
    }
  }

  private Spans() {}

  static Made span(
      long trace,
      long id,
      long parent,
      String service,
      String name,
      int kind,
      double from,
      double to) {
    return new Made(
        trace,
        id,
        parent,
        service,
        name,
        kind,
        nanos(from),
        nanos(to),
        Map.of(),
        false,
        null,
        null);
  }

  static long nanos(double seconds) {
    return EPOCH_NANOS + Math.round(seconds * 1e9);
  }

  static void feed(Stitcher stitcher, Made span) {
    SpanFacts facts = new SpanFacts(KEYS.size()).clear();
    facts
        .trace(7, span.trace)
        .span(span.id, span.parent)
        .named(span.service, span.name, span.kind)
        .times(span.startNanos, span.endNanos)
        .peer(span.peer)
        .destination(span.destination)
        .precision(span.polled ? 1_000_000_000L : 0)
        .polled(span.polled);
    for (int i = 0; i < KEYS.size(); i++) {
      facts.key(i, span.keys.get(KEYS.get(i).name()));
    }
    stitcher.accept(facts);
  }

  /** All of them, in the order of their ends, and then that time is over. */
  static void play(Stitcher stitcher, List<Made> spans) {
    spans.stream()
        .sorted(Comparator.comparingLong(Made::endNanos))
        .forEach(made -> feed(stitcher, made));
    stitcher.flush();
  }

  /** A span that hands over, or takes up, the message of that id. */
  static void feed(Stitcher stitcher, Made span, String messageId) {
    SpanFacts facts = new SpanFacts(KEYS.size()).clear();
    facts
        .trace(7, span.trace)
        .span(span.id, span.parent)
        .named(span.service, span.name, span.kind)
        .times(span.startNanos, span.endNanos)
        .carrier(messageId);
    stitcher.accept(facts);
  }

  static String traceId(long trace) {
    return String.format("%016x%016x", 7, trace);
  }

  static String spanId(long id) {
    return String.format("%016x", id);
  }

  /** Keeps the latest decision by child span. */
  static final class Latest implements HandoffSink {
    final Map<String, Handoff> byChild = new LinkedHashMap<>();
    final List<Handoff> all = new ArrayList<>();

    @Override
    public void handoff(Handoff handoff) {
      all.add(handoff);
      byChild.put(handoff.child().spanId(), handoff);
    }

    @Nullable Handoff of(long childSpan) {
      return byChild.get(spanId(childSpan));
    }
  }

  /** Orders of the same kind, some circuits with several at once: enough to learn from. */
  static List<Made> orders(int count, long seed) {
    Random random = new Random(seed);
    List<Made> spans = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double at = i * 0.4 + random.nextDouble() * 0.2;
      String circuit = String.format("80.L1XX.%06d..TEST", random.nextInt(Math.max(1, count / 3)));
      String resource = String.format("11111111-0000-4000-8000-%012d", i + 1);
      long id = 1000L * (i + 1);
      spans.add(
          span(id, id, 0, "order", "POST /order", 2, at, at + 0.30).with("circuit_id", circuit));
      spans.add(
          span(id, id + 1, id, "order", "POST /activate", 3, at + 0.05, at + 0.25)
              .with("resource_id", resource));
      double taken = at + 0.06 + random.nextDouble() * 0.02;
      spans.add(
          span(id + 1, id + 2, 0, "activator", "activate", 2, taken, at + 0.2)
              .with("resource_id", resource));
      double later = at + 0.4 * Math.exp(random.nextGaussian() * 0.4);
      spans.add(
          span(id, id + 3, id, "order", "publish done", 4, at + 0.26, at + 0.27)
              .with("circuit_id", circuit));
      spans.add(
          span(id + 2, id + 4, 0, "billing", "process done", 5, later + 0.26, later + 0.3)
              .with("circuit_id", circuit));
    }
    spans.sort((a, b) -> Long.compare(a.endNanos, b.endNanos));
    return spans;
  }

  /** Moves spans by at most {@code seconds} of event time. */
  static List<Made> shuffled(List<Made> spans, double seconds, long seed) {
    Random random = new Random(seed);
    Map<Made, Double> place = new java.util.IdentityHashMap<>();
    for (Made span : spans) {
      place.put(span, span.endNanos + random.nextDouble() * seconds * 1e9);
    }
    List<Made> result = new ArrayList<>(spans);
    Collections.shuffle(result, random);
    result.sort((a, b) -> Double.compare(place.get(a), place.get(b)));
    return result;
  }
}
