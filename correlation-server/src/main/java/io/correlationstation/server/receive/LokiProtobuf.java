// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.correlationstation.server.otlp.Wire;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code logproto.PushRequest}:
 *
 * <pre>
 *   PushRequest  1 streams
 *   Stream       1 labels (text)   2 entries
 *   Entry        1 timestamp {1 seconds, 2 nanos}   2 line   3 structured metadata {1 name, 2 value}
 * </pre>
 */
final class LokiProtobuf {

  private final byte[] body;
  private final LokiPush push;

  private LokiProtobuf(byte[] body, LokiPush push) {
    this.body = body;
    this.push = push;
  }

  static void read(byte[] body, LokiPush push) throws Refusal {
    new LokiProtobuf(body, push).request();
  }

  private void request() throws Refusal {
    Wire wire = new Wire(body).over(0, body.length);
    while (wire.next()) {
      if (wire.is(1, Wire.LEN)) {
        stream(wire.start(), wire.end());
      }
    }
    if (wire.broken()) {
      throw Refusal.badRequest("not a protobuf message");
    }
  }

  private void stream(int start, int end) {
    Map<String, String> labels = labels(start, end);
    if (labels == null) {
      push.unreadable();
      return;
    }
    push.openStream(labels);
    Wire wire = new Wire(body).over(start, end);
    while (wire.next()) {
      if (wire.is(2, Wire.LEN)) {
        entry(wire.start(), wire.end());
      }
    }
    if (wire.broken()) {
      push.unreadable();
    }
    push.closeStream();
  }

  private @Nullable Map<String, String> labels(int start, int end) {
    String labels = "{}";
    Wire wire = new Wire(body).over(start, end);
    while (wire.next()) {
      if (wire.is(1, Wire.LEN)) {
        labels = text(wire);
      }
    }
    return LokiLabels.parse(labels);
  }

  private void entry(int start, int end) {
    long time = Long.MIN_VALUE;
    String line = "";
    Map<String, String> metadata = new LinkedHashMap<>(4);
    Wire wire = new Wire(body).over(start, end);
    while (wire.next()) {
      if (wire.is(1, Wire.LEN)) {
        time = time(wire.start(), wire.end());
      } else if (wire.is(2, Wire.LEN)) {
        line = text(wire);
      } else if (wire.is(3, Wire.LEN)) {
        pair(wire.start(), wire.end(), metadata);
      }
    }
    if (wire.broken() || time < 0) {
      push.unreadable();
    } else {
      push.entry(time, line, metadata);
    }
  }

  /** Nanoseconds since the epoch, or a negative number when they do not fit. */
  private long time(int start, int end) {
    long seconds = 0;
    long nanos = 0;
    Wire wire = new Wire(body).over(start, end);
    while (wire.next()) {
      if (wire.is(1, Wire.VARINT)) {
        seconds = wire.number();
      } else if (wire.is(2, Wire.VARINT)) {
        nanos = wire.number();
      }
    }
    try {
      return Math.addExact(Math.multiplyExact(seconds, 1_000_000_000L), nanos);
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  private void pair(int start, int end, Map<String, String> metadata) {
    String name = "";
    String value = "";
    Wire wire = new Wire(body).over(start, end);
    while (wire.next()) {
      if (wire.is(1, Wire.LEN)) {
        name = text(wire);
      } else if (wire.is(2, Wire.LEN)) {
        value = text(wire);
      }
    }
    metadata.put(name, value);
  }

  private String text(Wire wire) {
    return new String(body, wire.start(), wire.length(), UTF_8);
  }
}
