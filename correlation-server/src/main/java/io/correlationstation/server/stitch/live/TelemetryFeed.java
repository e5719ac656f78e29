// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.otlp.LogScan;
import io.correlationstation.server.otlp.LogView;
import io.correlationstation.server.otlp.SpanView;
import io.correlationstation.server.otlp.TraceScan;
import io.correlationstation.server.stitch.KeySighting;
import io.correlationstation.server.stitch.KeySpec;
import io.correlationstation.server.stitch.SpanFacts;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.Stitcher;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives a stitcher what it needs of OTLP payloads: which attribute means what.
 *
 * <p>Not thread-safe: it reuses one {@link SpanFacts}.
 */
public final class TelemetryFeed {

  private static final String TIME_PRECISION = "mdso.time.precision";
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int HALF_TRACE_ID_DIGITS = 16;

  private final List<KeySpec> keys;
  private final Set<String> observers;
  private final SpanFacts facts;
  private long receivedNanos;
  private long frameEndNanos;
  private long newestPushedEndNanos;

  public TelemetryFeed(StitchConfig config) {
    this.keys = config.keys();
    this.observers = config.observers();
    this.facts = new SpanFacts(keys.size());
  }

  /**
   * Gives every span of an {@code ExportTraceServiceRequest} to the stitcher.
   *
   * @param receivedTime when it was received, in nanoseconds since the epoch; 0 if unknown
   * @return the latest believable end of its spans, or 0 when it has none that are stitched
   */
  public long traces(byte[] payload, long receivedTime, Stitcher stitcher) {
    receivedNanos = receivedTime;
    frameEndNanos = 0;
    TraceScan.scan(payload, span -> stitcher.accept(facts(span)));
    return frameEndNanos;
  }

  /** Gives the keys on every record of an {@code ExportLogsServiceRequest} to the stitcher. */
  public void logs(byte[] payload, Stitcher stitcher) {
    LogScan.scan(payload, log -> sighting(log, stitcher));
  }

  /**
   * The latest believable end of any span that moves event time: neither polled nor an observer's.
   */
  public long newestPushedEndNanos() {
    return newestPushedEndNanos;
  }

  private SpanFacts facts(SpanView span) {
    boolean coarse = "s".equals(span.attribute(TIME_PRECISION));
    facts
        .clear()
        .trace(span.traceIdHigh(), span.traceIdLow())
        .span(span.spanId(), span.parentSpanId())
        .named(span.service(), span.name(), span.kind())
        .times(span.startNanos(), span.endNanos())
        .error(span.statusCode() == 2)
        .database(span.hasAttributeWithPrefix("db."))
        .destination(span.attribute("messaging.destination.name"))
        .peer(firstOf(span, "peer.service", "server.address"))
        .client(span.attribute("client.address"))
        .carrier(span.attribute("messaging.message.id"))
        .precision(coarse ? SECOND_NANOS : 0)
        .polled(coarse)
        .received(receivedNanos);
    for (int i = 0; i < keys.size(); i++) {
      facts.key(i, key(keys.get(i), span));
    }
    if (!observers.contains(span.service())) {
      long believable =
          receivedNanos == 0 ? span.endNanos() : Math.min(span.endNanos(), receivedNanos);
      frameEndNanos = Math.max(frameEndNanos, believable);
      if (!coarse) {
        newestPushedEndNanos = Math.max(newestPushedEndNanos, believable);
      }
    }
    return facts;
  }

  private static @Nullable String key(KeySpec key, SpanView span) {
    for (String name : key.attributeNames()) {
      String value = span.attribute(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  private static @Nullable String firstOf(SpanView span, String first, String second) {
    String value = span.attribute(first);
    return value != null ? value : span.attribute(second);
  }

  private void sighting(LogView log, Stitcher stitcher) {
    Map<String, String> seen = new HashMap<>();
    for (KeySpec key : keys) {
      for (String name : key.attributeNames()) {
        String value = log.attribute(name);
        if (value != null) {
          seen.putIfAbsent(key.name(), value);
        }
      }
    }
    String traceId = log.traceId();
    if (seen.size() >= 2 || (traceId != null && !seen.isEmpty())) {
      stitcher.sight(
          new KeySighting(
              half(traceId, 0), half(traceId, 1), log.timeNanos(), seen, "log:" + log.service()));
    }
  }

  private static long half(@Nullable String traceId, int index) {
    if (traceId == null) {
      return 0;
    }
    int start = index * HALF_TRACE_ID_DIGITS;
    return Long.parseUnsignedLong(traceId, start, start + HALF_TRACE_ID_DIGITS, 16);
  }
}
