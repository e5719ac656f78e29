// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.stitch;

import io.correlationstation.server.stitch.SpanFacts;
import io.correlationstation.server.stitch.Stitcher;
import java.util.List;
import java.util.Locale;

/**
 * The traffic of one application, played again and again with fresh ids and fresh key values, each
 * time after the one before.
 */
final class Replay {

  static final int KEYS = 5;
  private static final int RESOURCE = 1;
  private static final int CIRCUIT = 2;
  private static final int PRODUCT = 3;
  private static final long ROUND_NANOS = 400L * 1_000_000_000;

  private final List<Traffic.Span> spans;
  private final SpanFacts facts = new SpanFacts(KEYS);

  Replay(List<Traffic.Span> spans) {
    this.spans = spans;
  }

  int size() {
    return spans.size();
  }

  /** Plays all of it once. */
  void play(Stitcher stitcher, int round) {
    String suffix = String.format(Locale.ROOT, "-%d", round);
    for (Traffic.Span span : spans) {
      play(stitcher, span, round * ROUND_NANOS, fresh(round), suffix);
    }
  }

  private static long fresh(int round) {
    return round * 0x9E3779B97F4A7C15L;
  }

  private void play(Stitcher stitcher, Traffic.Span span, long later, long fresh, String suffix) {
    stitcher.accept(
        facts
            .clear()
            .trace(fresh, span.trace() ^ fresh)
            .span(span.id() ^ fresh, span.parent() == 0 ? 0 : span.parent() ^ fresh)
            .named(span.service(), span.name(), span.kind())
            .times(span.startNanos() + later, span.endNanos() + later)
            .key(RESOURCE, span.resource() == null ? null : span.resource() + suffix)
            .key(CIRCUIT, span.circuit() == null ? null : span.circuit() + suffix)
            .key(PRODUCT, span.product()));
  }
}
