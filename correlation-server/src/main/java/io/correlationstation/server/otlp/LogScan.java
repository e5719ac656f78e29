// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of an OTLP {@code ExportLogsServiceRequest} straight from its bytes; as {@link
 * TraceScan} for spans.
 */
public final class LogScan extends ResourceScan implements LogView {

  private static final HexFormat HEX = HexFormat.of();

  private final LogSink sink;
  private final AnyValues values;
  private final Wire wire;

  private int traceIdStart;
  private int spanIdStart;
  private long timeNanos;
  private long observedNanos;
  private int severityNumber;
  private int severityTextStart;
  private int severityTextEnd;
  private String lastText = "";
  private int lastTextStart;
  private int lastTextEnd;
  private int bodyStart;
  private int bodyEnd;
  private int eventNameStart;
  private int eventNameEnd;

  private LogScan(byte[] payload, AttributeNames names, LogSink sink) {
    super(payload, names);
    this.sink = sink;
    this.values = new AnyValues(payload);
    this.wire = new Wire(payload);
  }

  /**
   * Gives every readable record to the sink, in the order on the wire.
   *
   * @return how many records there were
   */
  public static int scan(byte[] payload, LogSink sink) {
    return scan(payload, AttributeNames.NONE, sink);
  }

  /**
   * The same for a sink that asks for attributes by their number in {@code names}.
   *
   * @return how many records there were
   */
  public static int scan(byte[] payload, AttributeNames names, LogSink sink) {
    return new LogScan(payload, names, sink).run();
  }

  @Override
  boolean item(int start, int end) {
    clear();
    wire.over(start, end);
    while (wire.next()) {
      field();
    }
    if (wire.broken()) {
      return false;
    }
    sink.log(this);
    return true;
  }

  private void clear() {
    traceIdStart = -1;
    spanIdStart = -1;
    timeNanos = 0;
    observedNanos = 0;
    severityNumber = 0;
    severityTextStart = 0;
    severityTextEnd = 0;
    bodyStart = 0;
    bodyEnd = 0;
    eventNameStart = 0;
    eventNameEnd = 0;
    attributes.clear();
  }

  private void field() {
    switch (wire.type()) {
      case Wire.LEN -> lengthDelimited();
      case Wire.FIXED64 -> {
        if (wire.field() == 1) {
          timeNanos = wire.number();
        } else if (wire.field() == 11) {
          observedNanos = wire.number();
        }
      }
      case Wire.VARINT -> {
        if (wire.field() == 2) {
          severityNumber = (int) wire.number();
        }
      }
      default -> {}
    }
  }

  private void lengthDelimited() {
    switch (wire.field()) {
      case 3 -> {
        severityTextStart = wire.start();
        severityTextEnd = wire.end();
      }
      case 5 -> {
        bodyStart = wire.start();
        bodyEnd = wire.end();
      }
      case 6 -> attributes.add(wire.start(), wire.end());
      case 9 -> traceIdStart = wire.length() == 16 ? wire.start() : -1;
      case 10 -> spanIdStart = wire.length() == 8 ? wire.start() : -1;
      case 12 -> {
        eventNameStart = wire.start();
        eventNameEnd = wire.end();
      }
      default -> {}
    }
  }

  @Override
  public @Nullable String traceId() {
    return id(traceIdStart, 16);
  }

  @Override
  public long traceIdHigh() {
    return traceIdStart < 0 ? 0 : Wire.bigEndianLong(payload, traceIdStart);
  }

  @Override
  public long traceIdLow() {
    return traceIdStart < 0 ? 0 : Wire.bigEndianLong(payload, traceIdStart + Long.BYTES);
  }

  @Override
  public @Nullable String spanId() {
    return id(spanIdStart, 8);
  }

  @Override
  public long spanIdBits() {
    return spanIdStart < 0 ? 0 : Wire.bigEndianLong(payload, spanIdStart);
  }

  private @Nullable String id(int start, int length) {
    for (int i = 0; start >= 0 && i < length; i++) {
      if (payload[start + i] != 0) {
        return HEX.formatHex(payload, start, start + length);
      }
    }
    return null;
  }

  @Override
  public long timeNanos() {
    return timeNanos != 0 ? timeNanos : observedNanos;
  }

  @Override
  public int severityNumber() {
    return severityNumber;
  }

  @Override
  public String severityText() {
    if (!Arrays.equals(
        payload, severityTextStart, severityTextEnd, payload, lastTextStart, lastTextEnd)) {
      lastText = text(severityTextStart, severityTextEnd);
      lastTextStart = severityTextStart;
      lastTextEnd = severityTextEnd;
    }
    return lastText;
  }

  @Override
  public String body() {
    return values.text(bodyStart, bodyEnd);
  }

  @Override
  public byte[] bodyBytes() {
    return values.isAsciiString(bodyStart, bodyEnd)
        ? Arrays.copyOfRange(payload, values.start(), values.end())
        : body().getBytes(UTF_8);
  }

  @Override
  public long foundInRecord() {
    return attributes.found();
  }

  @Override
  public void eachAttribute(AttributeSink sink) {
    attributes.each(sink);
  }

  @Override
  public String eventName() {
    return text(eventNameStart, eventNameEnd);
  }

  private String text(int start, int end) {
    return start == end ? "" : new String(payload, start, end - start, UTF_8);
  }

  @Override
  public Map<String, String> attributes() {
    Map<String, String> all = new LinkedHashMap<>();
    attributes.copyTo(all);
    return all;
  }
}
