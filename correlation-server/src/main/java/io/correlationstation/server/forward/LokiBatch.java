// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import com.google.protobuf.CodedOutputStream;
import io.correlationstation.server.journal.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
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
    Map<String, List<Line>> streams = new LinkedHashMap<>();
    for (Line line : lines) {
      streams.computeIfAbsent(line.selector(), selector -> new ArrayList<>()).add(line);
    }
    try {
      byte[] out = new byte[requestSize(streams)];
      CodedOutputStream stream = CodedOutputStream.newInstance(out);
      for (Map.Entry<String, List<Line>> group : streams.entrySet()) {
        stream.writeTag(STREAM, 2);
        stream.writeUInt32NoTag(streamSize(group.getKey(), group.getValue()));
        stream.writeString(LABELS, group.getKey());
        for (Line line : group.getValue()) {
          stream.writeByteArray(ENTRY, line.entry());
        }
      }
      stream.checkNoSpaceLeft();
      return out;
    } catch (IOException e) {
      throw new UncheckedIOException("size and content of a push request differ", e);
    }
  }

  private static int requestSize(Map<String, List<Line>> streams) {
    int size = 0;
    for (Map.Entry<String, List<Line>> group : streams.entrySet()) {
      int body = streamSize(group.getKey(), group.getValue());
      size += CodedOutputStream.computeTagSize(STREAM);
      size += CodedOutputStream.computeUInt32SizeNoTag(body) + body;
    }
    return size;
  }

  private static int streamSize(String selector, List<Line> lines) {
    int size = CodedOutputStream.computeStringSize(LABELS, selector);
    for (Line line : lines) {
      size += CodedOutputStream.computeByteArraySize(ENTRY, line.entry());
    }
    return size;
  }
}
