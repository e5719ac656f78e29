// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.stitch;

import io.correlationstation.server.stitch.KeySpec;
import io.correlationstation.server.stitch.SpanFacts;
import io.correlationstation.server.stitch.Stitcher;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The traffic of one application, played again and again with fresh ids and fresh values of the
 * strong keys, each time after the one before.
 */
final class Replay {

  static final int KEYS = KeySpec.defaults().size();

  /** The strong keys come first. */
  private static final int STRONG_KEYS = 3;

  private static final int RESOURCE = 1;
  private static final int CIRCUIT = 2;
  private static final int PRODUCT = 3;

  /** Between one round's last span and the next round's first. */
  private static final long PAUSE_NANOS = 10L * 1_000_000_000;

  /** Who it is, and whose child; parent 0 for a root. */
  record Ids(long traceHigh, long traceLow, long span, long parent) {}

  /** A span as the core takes it. Kinds are OTLP's; keys are those of {@link KeySpec#defaults}. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Span(
      Ids ids,
      String service,
      String name,
      int kind,
      long startNanos,
      long endNanos,
      boolean database,
      @Nullable String destination,
      @Nullable String peer,
      @Nullable String client,
      @Nullable String[] keys) {}

  private final List<Span> spans;
  private final List<SpanFacts> next = new ArrayList<>();
  private final long fragments;
  private final long roundNanos;

  Replay(List<Span> spans) {
    this.spans = spans;
    this.fragments =
        spans.stream().map(s -> List.of(s.ids.traceHigh, s.ids.traceLow)).distinct().count();
    long first = spans.stream().mapToLong(Span::startNanos).min().orElse(0);
    long last = spans.stream().mapToLong(Span::endNanos).max().orElse(0);
    this.roundNanos = last - first + PAUSE_NANOS;
  }

  static Replay of(List<Traffic.Span> spans) {
    return new Replay(spans.stream().map(Replay::span).toList());
  }

  private static Span span(Traffic.Span span) {
    @Nullable String[] keys = new @Nullable String[KEYS];
    keys[RESOURCE] = span.resource();
    keys[CIRCUIT] = span.circuit();
    keys[PRODUCT] = span.product();
    return new Span(
        new Ids(0, span.trace(), span.id(), span.parent()),
        span.service(),
        span.name(),
        span.kind(),
        span.startNanos(),
        span.endNanos(),
        false,
        null,
        null,
        null,
        keys);
  }

  int size() {
    return spans.size();
  }

  long fragments() {
    return fragments;
  }

  List<Span> spans() {
    return spans;
  }

  /** Makes the spans of a round, so that {@link #play} does nothing but hand them over. */
  void prepare(int round) {
    next.clear();
    long later = round * roundNanos;
    long fresh = round * 0x9E3779B97F4A7C15L;
    for (Span span : spans) {
      Ids ids = span.ids;
      SpanFacts facts =
          new SpanFacts(KEYS)
              .trace(ids.traceHigh ^ fresh, ids.traceLow ^ fresh)
              .span(ids.span ^ fresh, ids.parent == 0 ? 0 : ids.parent ^ fresh)
              .named(span.service, span.name, span.kind)
              .times(span.startNanos + later, span.endNanos + later)
              .database(span.database)
              .destination(span.destination)
              .peer(span.peer)
              .client(span.client);
      for (int i = 0; i < KEYS; i++) {
        String key = span.keys[i];
        facts.key(i, key == null || i >= STRONG_KEYS ? key : key + "-" + round);
      }
      next.add(facts);
    }
  }

  /** Hands over the round that was prepared. */
  void play(Stitcher stitcher) {
    for (SpanFacts facts : next) {
      stitcher.accept(facts);
    }
  }
}
