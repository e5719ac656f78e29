// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.CodedOutputStream;
import io.correlationstation.server.forward.LokiBatch.Line;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.otlp.LogScan;
import io.correlationstation.server.otlp.LogView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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

  private static final String FOLDED = "attributes";
  private static final String SERVICE = "service";
  private static final String ENV = "env";
  private static final List<String> ENVIRONMENT_ATTRIBUTES =
      List.of("deployment.environment.name", "deployment.environment", ENV);

  /** Frame header that names the dialect of what did not come as OTLP. */
  private static final String SOURCE = "source";

  private static final String PUSHED = "loki";
  private static final int MAX_LABELS = 6;
  private static final int MAX_CACHED_SELECTORS = 1000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LokiOptions options;
  private final Map<Map<String, String>, String> selectors = new HashMap<>();

  /** Takes what the encoder makes of a frame, in order. */
  interface Sink {
    void line(long timeNanos, Line line);

    /** A record that Loki would refuse; the lines are what was made of it. */
    void refused(String reason, List<Line> lines);
  }

  LokiEncoder(LokiOptions options) {
    this.options = options;
  }

  /** Returns how many records the frame held. */
  int encode(Frame frame, Sink sink) {
    boolean pushed = PUSHED.equals(frame.headers().get(SOURCE));
    return LogScan.scan(frame.payload(), log -> encode(log, frame.receivedNanos(), pushed, sink));
  }

  private void encode(LogView log, long receivedNanos, boolean pushed, Sink sink) {
    Map<String, String> attributes = attributes(log);
    String selector = selector(log, attributes, pushed);
    LokiMetadata metadata = new LokiMetadata();
    long time = time(log, receivedNanos, metadata);
    addIds(log, metadata);
    int kept = metadata.size();
    attributes.forEach(metadata::add);
    boolean fits = fold(metadata, kept);
    List<Line> lines = lines(selector, time, log.body(), metadata);
    if (fits) {
      lines.forEach(line -> sink.line(time, line));
    } else {
      sink.refused("metadata_too_large", lines);
    }
  }

  private static long time(LogView log, long receivedNanos, LokiMetadata metadata) {
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

  private static void addIds(LogView log, LokiMetadata metadata) {
    addIfPresent(metadata, "trace_id", log.traceId());
    addIfPresent(metadata, "span_id", log.spanId());
    if (log.severityNumber() != 0) {
      metadata.add("severity_number", Integer.toString(log.severityNumber()));
    }
    addIfPresent(metadata, "severity_text", log.severityText());
    addIfPresent(metadata, "event_name", log.eventName());
  }

  private static void addIfPresent(LokiMetadata metadata, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      metadata.add(name, value);
    }
  }

  /** Of the record, then those of its resource that it does not name itself. */
  private static Map<String, String> attributes(LogView log) {
    Map<String, String> all = new LinkedHashMap<>(log.attributes());
    log.resourceAttributes().forEach(all::putIfAbsent);
    all.remove("service.name");
    return all;
  }

  /** Moves what becomes a label out of the attributes. */
  private String selector(LogView log, Map<String, String> attributes, boolean pushed) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(SERVICE, LokiNames.labelValue(log.service()));
    labels.put(ENV, options.environment());
    for (String name : ENVIRONMENT_ATTRIBUTES) {
      String value = attributes.remove(name);
      if (value != null && !value.isEmpty()) {
        labels.put(ENV, LokiNames.labelValue(value));
        break;
      }
    }
    for (String name : options.extraLabels()) {
      String value = attributes.remove(name);
      if (value != null && !value.isEmpty()) {
        labels.putIfAbsent(LokiNames.label(name), LokiNames.labelValue(value));
      }
    }
    if (pushed) {
      keepLabels(log.resourceAttributes(), labels, attributes);
    }
    if (selectors.size() > MAX_CACHED_SELECTORS) {
      selectors.clear();
    }
    return selectors.computeIfAbsent(labels, LokiNames::selector);
  }

  /** What a Loki client pushed as labels is the resource's attributes: they stay labels. */
  private static void keepLabels(
      Map<String, String> pushed, Map<String, String> labels, Map<String, String> attributes) {
    for (Map.Entry<String, String> label : pushed.entrySet()) {
      String name = LokiNames.label(label.getKey());
      boolean free = !labels.containsKey(name) && !LokiOptions.isId(name);
      if (free && labels.size() < MAX_LABELS && !label.getKey().equals("service.name")) {
        labels.put(name, LokiNames.labelValue(label.getValue()));
        attributes.remove(label.getKey(), label.getValue());
      }
    }
    attributes.remove(SERVICE, labels.get(SERVICE));
  }

  /** Whether the metadata fits in the end. */
  private static boolean fold(LokiMetadata metadata, int kept) {
    if (metadata.size() <= MAX_METADATA_ENTRIES && metadata.bytes() <= MAX_METADATA_BYTES) {
      return true;
    }
    try {
      metadata.add(FOLDED, JSON.writeValueAsString(metadata.removeFrom(kept)));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a map of strings is JSON", e);
    }
    return metadata.bytes() <= MAX_METADATA_BYTES;
  }

  private static List<Line> lines(String selector, long time, String body, LokiMetadata metadata) {
    byte[] line = body.getBytes(StandardCharsets.UTF_8);
    List<byte[]> parts = new ArrayList<>(1);
    for (int from = 0; from < line.length || parts.isEmpty(); ) {
      int to = LokiNames.cut(line, from, MAX_LINE_BYTES);
      parts.add(from == 0 && to == line.length ? line : Arrays.copyOfRange(line, from, to));
      from = to;
    }
    List<Line> lines = new ArrayList<>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      boolean last = i == parts.size() - 1;
      String number = parts.size() == 1 ? null : (i + 1) + "/" + parts.size();
      byte[] entry = entry(time, parts.get(i), metadata, number);
      lines.add(new Line(selector, entry, last ? 1 : 0));
    }
    return lines;
  }

  /** {@code EntryAdapter}: timestamp, line, metadata. */
  private static byte[] entry(
      long time, byte[] line, LokiMetadata metadata, @Nullable String part) {
    byte[] timestamp = timestamp(time);
    int size =
        CodedOutputStream.computeByteArraySize(1, timestamp)
            + CodedOutputStream.computeByteArraySize(2, line);
    List<byte[]> pairs = new ArrayList<>(metadata.size() + 1);
    metadata.entries().forEach((name, value) -> pairs.add(pair(name, value)));
    if (part != null) {
      pairs.add(pair("part", part));
    }
    for (byte[] pair : pairs) {
      size += CodedOutputStream.computeByteArraySize(3, pair);
    }
    return write(
        size,
        out -> {
          out.writeByteArray(1, timestamp);
          out.writeByteArray(2, line);
          for (byte[] pair : pairs) {
            out.writeByteArray(3, pair);
          }
        });
  }

  private static byte[] timestamp(long time) {
    long seconds = Math.floorDiv(time, 1_000_000_000L);
    int nanos = (int) Math.floorMod(time, 1_000_000_000L);
    int size =
        CodedOutputStream.computeInt64Size(1, seconds)
            + CodedOutputStream.computeInt32Size(2, nanos);
    return write(
        size,
        out -> {
          out.writeInt64(1, seconds);
          out.writeInt32(2, nanos);
        });
  }

  private static byte[] pair(String name, String value) {
    int size =
        CodedOutputStream.computeStringSize(1, name)
            + CodedOutputStream.computeStringSize(2, value);
    return write(
        size,
        out -> {
          out.writeString(1, name);
          out.writeString(2, value);
        });
  }

  private interface Content {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private static byte[] write(int size, Content content) {
    byte[] bytes = new byte[size];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      content.writeTo(out);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException("size and content differ", e);
    }
    return bytes;
  }
}
