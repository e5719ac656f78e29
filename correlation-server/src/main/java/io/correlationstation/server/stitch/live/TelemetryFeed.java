// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.admission.TraceSet;
import io.correlationstation.server.journal.JournalCursor.Entry;
import io.correlationstation.server.otlp.AttributeNames;
import io.correlationstation.server.otlp.LogScan;
import io.correlationstation.server.otlp.LogView;
import io.correlationstation.server.otlp.SpanTables;
import io.correlationstation.server.otlp.SpanView;
import io.correlationstation.server.otlp.TraceScan;
import io.correlationstation.server.stitch.KeySighting;
import io.correlationstation.server.stitch.KeySpec;
import io.correlationstation.server.stitch.KeySpec.LetterCase;
import io.correlationstation.server.stitch.KeyText;
import io.correlationstation.server.stitch.SpanFacts;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.Stitcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives a stitcher what it needs of OTLP payloads: which attribute means what.
 *
 * <p>Not thread-safe: it reuses one {@link SpanFacts}.
 */
public final class TelemetryFeed {

  /** Attributes that are no keys, by their number in {@link #names}. */
  private static final List<String> PLAIN_NAMES =
      List.of(
          "mdso.time.precision",
          "messaging.destination.name",
          "peer.service",
          "server.address",
          "client.address",
          "messaging.message.id");

  private static final int TIME_PRECISION = 0;
  private static final int DESTINATION = 1;
  private static final int PEER = 2;
  private static final int SERVER_ADDRESS = 3;
  private static final int CLIENT_ADDRESS = 4;
  private static final int MESSAGE_ID = 5;

  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final int HALF_TRACE_ID_DIGITS = 16;

  private final List<KeySpec> keys;
  private final Set<String> observers;
  private final AttributeNames names;

  /** Numbers of each key's names, the first one that is there wins. */
  private final int[][] namesOfKey;

  private final long keyBits;
  private final SpanFacts facts;
  private final Admission admission;
  private final @Nullable SpanTables tables;
  private final long keyBitsOfTables;

  /** The traces that are read, or null for all. */
  private @Nullable TraceSet only;

  private long sequence;
  private long receivedNanos;
  private long frameEndNanos;
  private long newestPushedEndNanos;

  /** Gives a stitcher everything. */
  public TelemetryFeed(StitchConfig config) {
    this(config, Admission.open(), null);
  }

  /**
   * Gives a stitcher the traces that the admission lets in.
   *
   * @param tables shared with other readers of the same journal; null when it reads alone
   */
  TelemetryFeed(StitchConfig config, Admission admission, @Nullable SpanTables tables) {
    this.admission = admission;
    this.tables = tables;
    this.keyBitsOfTables = tables == null ? 0 : tables.bits(keyNames(config));
    this.keys = config.keys();
    this.observers = config.observers();
    this.facts = new SpanFacts(keys.size());
    List<String> all = new ArrayList<>(PLAIN_NAMES);
    this.namesOfKey = new int[keys.size()][];
    for (int i = 0; i < namesOfKey.length; i++) {
      namesOfKey[i] =
          keys.get(i).attributeNames().stream().mapToInt(name -> number(name, all)).toArray();
    }
    this.names = AttributeNames.of(all);
    long bits = 0;
    for (int[] numbers : namesOfKey) {
      for (int number : numbers) {
        bits |= 1L << number;
      }
    }
    this.keyBits = bits;
  }

  /** The attributes by which a span shows that it concerns a circuit. */
  public static Stream<String> keyNames(StitchConfig config) {
    return config.keys().stream().flatMap(key -> key.attributeNames().stream());
  }

  /** Keys may share a name. */
  private static int number(String name, List<String> all) {
    if (!all.contains(name)) {
      all.add(name);
    }
    return all.indexOf(name);
  }

  /**
   * Gives every span of an {@code ExportTraceServiceRequest} to the stitcher.
   *
   * @param receivedTime when it was received, in nanoseconds since the epoch; 0 if unknown
   * @return the latest believable end of its spans, or 0 when it has none that are stitched
   */
  public long traces(byte[] payload, long receivedTime, Stitcher stitcher) {
    startFrame(receivedTime);
    TraceScan.scan(payload, names, span -> span(span, stitcher));
    return frameEndNanos;
  }

  private void startFrame(long receivedTime) {
    receivedNanos = receivedTime;
    frameEndNanos = 0;
  }

  /** The same for a frame of the journal, whose traces may have to be read again later. */
  long traces(Entry entry, Stitcher stitcher) {
    sequence = entry.sequence();
    byte[] payload = entry.frame().payload();
    if (tables == null) {
      return traces(payload, entry.frame().receivedNanos(), stitcher);
    }
    startFrame(entry.frame().receivedNanos());
    TraceScan.scan(
        payload,
        names,
        tables.of(sequence, payload),
        (high, low, found, service) ->
            wants(Admission.hash(high, low), (found & keyBitsOfTables) != 0),
        span -> stitcher.accept(facts(span)));
    return frameEndNanos;
  }

  /** Gives the spans of some traces to the stitcher, as {@link #traces(Entry, Stitcher)} would. */
  void missed(Entry entry, TraceSet traces, Stitcher stitcher) {
    only = traces;
    try {
      traces(entry, stitcher);
    } finally {
      only = null;
    }
  }

  private void span(SpanView span, Stitcher stitcher) {
    long trace = Admission.hash(span.traceIdHigh(), span.traceIdLow());
    if (wants(trace, (span.found() & keyBits) != 0)) {
      stitcher.accept(facts(span));
    }
  }

  private boolean wants(long trace, boolean concerned) {
    if (only != null && !only.contains(trace)) {
      return false;
    }
    if (admission.admits(trace, concerned, receivedNanos)) {
      return true;
    }
    admission.passOver(trace, sequence);
    return false;
  }

  /**
   * Gives the keys on every record of an {@code ExportLogsServiceRequest} to the stitcher.
   *
   * @param receivedTime when it was received, in nanoseconds since the epoch; 0 if unknown
   * @return the latest believable time of a record with keys, or 0 when there is none
   */
  public long logs(byte[] payload, long receivedTime, Stitcher stitcher) {
    startFrame(receivedTime);
    LogScan.scan(payload, names, log -> sighting(log, stitcher));
    return frameEndNanos;
  }

  /**
   * The latest end of any span that moves event time: neither polled nor an observer's, nor ahead
   * of its receive time.
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
        .destination(span.attribute(DESTINATION))
        .peer(firstOf(span, PEER, SERVER_ADDRESS))
        .client(span.attribute(CLIENT_ADDRESS))
        .carrier(messageId(span))
        .precision(coarse ? SECOND_NANOS : 0)
        .polled(coarse)
        .received(receivedNanos);
    if ((span.found() & keyBits) != 0) {
      for (int i = 0; i < namesOfKey.length; i++) {
        facts.key(i, key(i, span));
      }
    }
    if (!observers.contains(span.service())) {
      long believable = believable(span.endNanos());
      frameEndNanos = Math.max(frameEndNanos, believable);
      if (!coarse && !Stitcher.isAhead(span.endNanos(), receivedNanos)) {
        newestPushedEndNanos = Math.max(newestPushedEndNanos, believable);
      }
    }
    return facts;
  }

  private long believable(long nanos) {
    return receivedNanos == 0 ? nanos : Math.min(nanos, receivedNanos);
  }

  private static @Nullable String messageId(SpanView span) {
    String id = span.attribute(MESSAGE_ID);
    return id == null || KeyText.clean(id, LetterCase.KEPT) == null ? null : id;
  }

  /** The value of the first name that says anything. */
  private @Nullable String key(int key, SpanView span) {
    String found = null;
    for (int number : namesOfKey[key]) {
      String value = span.attribute(number);
      if (value != null && (found == null || isJunk(key, found))) {
        found = value;
      }
    }
    return found;
  }

  private boolean isJunk(int key, String value) {
    return KeyText.clean(value, keys.get(key).letterCase()) == null;
  }

  private static @Nullable String firstOf(SpanView span, int first, int second) {
    String value = span.attribute(first);
    return value != null ? value : span.attribute(second);
  }

  private void sighting(LogView log, Stitcher stitcher) {
    if ((log.found() & keyBits) == 0) {
      return;
    }
    Map<String, String> seen = new HashMap<>();
    for (int i = 0; i < namesOfKey.length; i++) {
      String name = keys.get(i).name();
      for (int number : namesOfKey[i]) {
        String value = log.attribute(number);
        if (value != null && !isJunk(i, value)) {
          seen.putIfAbsent(name, value);
        }
      }
    }
    String traceId = log.traceId();
    if (traceId != null && !seen.isEmpty()) {
      admission.admit(Admission.hash(traceId));
    }
    if (seen.size() >= 2 || (traceId != null && !seen.isEmpty())) {
      frameEndNanos = Math.max(frameEndNanos, believable(log.timeNanos()));
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
