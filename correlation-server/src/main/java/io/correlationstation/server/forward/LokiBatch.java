// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.Wire;
import io.correlationstation.server.otlp.WireWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Log lines for Loki in the order they came in, which is the order of each stream.
 *
 * <pre>
 *   PushRequest { 1: stream * }   stream { 1: labels, 2: entry * }
 *   entry { 1: timestamp { 1: seconds, 2: nanoseconds }, 2: line, 3: metadata { 1: name, 2: value } * }
 * </pre>
 */
record LokiBatch(@Nullable String tenant, List<Line> lines, int items, int bytes) implements Batch {

  private static final int STREAM = 1;
  private static final int LABELS = 1;
  private static final int ENTRY = 2;

  /**
   * One entry.
   *
   * @param selector labels of its stream
   * @param entry the encoded entry
   * @param items 1, or 0 for all but the last part of a line that was too long for one entry
   */
  record Line(String selector, byte[] entry, int items) {

    /** With room for the tags and lengths around it. */
    int bytes() {
      return entry.length + 6;
    }
  }

  static LokiBatch of(@Nullable String tenant, List<Line> lines) {
    int items = 0;
    int bytes = 0;
    for (Line line : lines) {
      items += line.items();
      bytes += line.bytes();
    }
    return new LokiBatch(tenant, List.copyOf(lines), items, bytes);
  }

  @Override
  public Signal signal() {
    return Signal.LOGS;
  }

  @Override
  public List<Batch> halves() {
    if (lines.size() < 2) {
      return List.of();
    }
    int middle = lines.size() / 2;
    return List.of(
        of(tenant, lines.subList(0, middle)), of(tenant, lines.subList(middle, lines.size())));
  }

  @Override
  public DeadLetter.Encoding encoding() {
    return DeadLetter.Encoding.LOKI;
  }

  /** The push request before snappy; the same lines give the same bytes at every attempt. */
  @Override
  public byte[] payload() {
    WireWriter out = new WireWriter(bytes);
    writeTo(out);
    return out.toByteArray();
  }

  /** Writes the {@link #payload}. */
  void writeTo(WireWriter out) {
    for (Stream stream : streams()) {
      out.tag(STREAM, Wire.LEN);
      out.varint(stream.size);
      out.bytesField(LABELS, stream.labels);
      for (Line line : stream.lines) {
        out.bytesField(ENTRY, line.entry());
      }
    }
  }

  private Collection<Stream> streams() {
    Map<String, Stream> streams = new LinkedHashMap<>();
    Stream stream = null;
    for (Line line : lines) {
      if (stream == null || !line.selector().equals(stream.selector)) {
        stream = streams.computeIfAbsent(line.selector(), Stream::new);
      }
      stream.add(line);
    }
    return streams.values();
  }

  /** The lines of one stream and their size on the wire. */
  private static final class Stream {
    private final String selector;
    private final byte[] labels;
    private final List<Line> lines = new ArrayList<>();
    private int size;

    private Stream(String selector) {
      this.selector = selector;
      this.labels = selector.getBytes(UTF_8);
      this.size = fieldSize(labels);
    }

    private void add(Line line) {
      lines.add(line);
      size += fieldSize(line.entry());
    }

    private static int fieldSize(byte[] value) {
      return 1 + WireWriter.varintSize(value.length) + value.length;
    }
  }
}
