// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.server.forward.LokiBatch.Line;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.otlp.AttributeNames;
import io.correlationstation.server.otlp.LogScan;
import io.correlationstation.server.otlp.LogView;
import io.correlationstation.server.otlp.WireWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Turns log frames into lines for Loki that pass its limits.
 *
 * <p>Labels are {@code service}, {@code env} and at most four more. The line is the body; all the
 * rest is structured metadata in a fixed order. The result depends on the frame alone, never on the
 * time of sending, because Loki recognises a line sent twice by its bytes.
 *
 * <pre>
 *   over the limit                        becomes
 *   line of more than 256 KiB             parts with part=1/3 …, cut between characters
 *   label value of more than 2048 bytes   cut, with its hash
 *   over 128 metadata entries or 64 KiB   ids and severity stay, the rest is one JSON entry
 *   still over 64 KiB                     dead letter metadata_too_large
 *   more than 10 min after its receipt    receipt time, and original_timestamp
 * </pre>
 *
 * <p>Not thread-safe.
 */
final class LokiEncoder {

  static final int MAX_LINE_BYTES = 256 << 10;
  static final int MAX_METADATA_BYTES = 64 << 10;
  static final int MAX_METADATA_ENTRIES = 128;
  static final long MAX_AHEAD_NANOS = Duration.ofMinutes(10).toNanos();

  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final String FOLDED = "attributes";
  private static final String PART = "part";
  private static final int TRACE_ID_DIGITS = 32;
  private static final int SPAN_ID_DIGITS = 16;
  private static final byte[] HEX_DIGITS = "0123456789abcdef".getBytes(US_ASCII);

  /** Metadata that a part needs beside its record's: {@code part=1234/1234} and some room. */
  private static final int PART_BYTES = 16;

  /** Frame header that names the dialect of what did not come as OTLP. */
  private static final String SOURCE = "source";

  private static final String PUSHED = "loki";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LokiStreams streams;
  private final AttributeNames labelNames;
  private final LokiMetadata metadata = new LokiMetadata();
  private final WireWriter out = new WireWriter(4 << 10);

  /** Digits of the record's trace id, then of its span id. */
  private final byte[] ids = new byte[TRACE_ID_DIGITS + SPAN_ID_DIGITS];

  private String severityText = "";
  private byte[] severityTextBytes = {};

  /** Takes what the encoder makes of a frame, in order. */
  interface Sink {
    void line(long timeNanos, Line line);

    /** A record that Loki would refuse; the lines are what was made of it. */
    void refused(String reason, List<Line> lines);
  }

  LokiEncoder(LokiOptions options) {
    this.streams = new LokiStreams(options);
    this.labelNames = streams.labelNames();
  }

  /** Returns how many records the frame held. */
  int encode(Frame frame, Sink sink) {
    boolean pushed = PUSHED.equals(frame.headers().get(SOURCE));
    return LogScan.scan(
        frame.payload(), labelNames, log -> encode(log, frame.receivedNanos(), pushed, sink));
  }

  private void encode(LogView log, long receivedNanos, boolean pushed, Sink sink) {
    metadata.clear();
    long time = time(log, receivedNanos);
    addIds(log);
    int kept = metadata.size();
    LokiStreams.Stream stream = addAttributes(log, pushed);
    List<LokiMetadata.Known> rest = stream.rest();
    for (int i = 0; i < rest.size(); i++) {
      metadata.addGiven(rest.get(i));
    }
    byte[] body = log.bodyBytes();
    boolean fits = fold(kept, body.length > MAX_LINE_BYTES);
    if (fits && body.length <= MAX_LINE_BYTES) {
      sink.line(time, new Line(stream.selector(), entry(time, body), 1));
      return;
    }
    List<Line> lines = lines(stream.selector(), time, body);
    if (fits) {
      lines.forEach(line -> sink.line(time, line));
    } else {
      sink.refused("metadata_too_large", lines);
    }
  }

  /** Adds what the record says itself but its labels, which make its stream. */
  private LokiStreams.Stream addAttributes(LogView log, boolean pushed) {
    if (log.foundInRecord() == 0) {
      log.eachAttribute(metadata);
      return streams.of(log, pushed);
    }
    Map<String, String> attributes = log.attributes();
    LokiStreams.Stream stream = streams.of(log, attributes, pushed);
    attributes.forEach(
        (name, value) -> metadata.addGiven(name.getBytes(UTF_8), value.getBytes(UTF_8)));
    return stream;
  }

  private long time(LogView log, long receivedNanos) {
    long time = log.timeNanos();
    if (time <= 0) {
      return receivedNanos;
    }
    if (time - receivedNanos > MAX_AHEAD_NANOS) {
      metadata.add("original_timestamp", Long.toString(time));
      return receivedNanos;
    }
    return time;
  }

  private void addIds(LogView log) {
    if ((log.traceIdHigh() | log.traceIdLow()) != 0) {
      hex(log.traceIdHigh(), 0);
      hex(log.traceIdLow(), TRACE_ID_DIGITS / 2);
      metadata.add("trace_id", ids, 0, TRACE_ID_DIGITS);
    }
    if (log.spanIdBits() != 0) {
      hex(log.spanIdBits(), TRACE_ID_DIGITS);
      metadata.add("span_id", ids, TRACE_ID_DIGITS, ids.length);
    }
    if (log.severityNumber() != 0) {
      metadata.add("severity_number", Integer.toString(log.severityNumber()));
    }
    addSeverityText(log.severityText());
    if (!log.eventName().isEmpty()) {
      metadata.add("event_name", log.eventName());
    }
  }

  /** Sixteen digits into {@link #ids}. */
  private void hex(long value, int at) {
    for (int i = 0; i < 16; i++) {
      ids[at + i] = HEX_DIGITS[(int) (value >>> 60 - 4 * i) & 0xf];
    }
  }

  /** There are few, and the scan gives the same object for the same text one after the other. */
  @SuppressWarnings("ReferenceEquality") // another object with the same text is encoded again
  private void addSeverityText(String text) {
    if (text != severityText) {
      severityText = text;
      severityTextBytes = text.getBytes(UTF_8);
    }
    if (severityTextBytes.length > 0) {
      metadata.add("severity_text", severityTextBytes, 0, severityTextBytes.length);
    }
  }

  /** Whether the metadata fits in the end, with the number of the part if there are parts. */
  private boolean fold(int kept, boolean parts) {
    int entries = parts ? MAX_METADATA_ENTRIES - 1 : MAX_METADATA_ENTRIES;
    int bytes = parts ? MAX_METADATA_BYTES - PART_BYTES : MAX_METADATA_BYTES;
    if (metadata.size() <= entries && metadata.bytes() <= bytes) {
      return true;
    }
    try {
      metadata.add(FOLDED, JSON.writeValueAsString(metadata.removeFrom(kept)));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a map of strings is JSON", e);
    }
    return metadata.bytes() <= bytes;
  }

  private List<Line> lines(String selector, long time, byte[] body) {
    if (body.length <= MAX_LINE_BYTES) {
      return List.of(new Line(selector, entry(time, body), 1));
    }
    List<byte[]> parts = new ArrayList<>();
    for (int from = 0; from < body.length; ) {
      int to = LokiNames.cut(body, from, MAX_LINE_BYTES);
      parts.add(Arrays.copyOfRange(body, from, to));
      from = to;
    }
    int index = metadata.size();
    List<Line> lines = new ArrayList<>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      metadata.add(PART, (i + 1) + "/" + parts.size());
      boolean last = i == parts.size() - 1;
      lines.add(new Line(selector, entry(time, parts.get(i)), last ? 1 : 0));
      metadata.removeFrom(index);
    }
    return lines;
  }

  /** {@code EntryAdapter}: timestamp, line, metadata. */
  private byte[] entry(long time, byte[] line) {
    out.truncate(0);
    int timestamp = out.begin(1);
    out.varintField(1, Math.floorDiv(time, NANOS_PER_SECOND));
    out.varintField(2, Math.floorMod(time, NANOS_PER_SECOND));
    out.end(timestamp);
    out.bytesField(2, line);
    metadata.writeTo(out);
    return out.toByteArray();
  }
}
