// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Reads the spans of an OTLP {@code ExportTraceServiceRequest} straight from its bytes, without
 * building objects: one reused view is filled span after span.
 *
 * <p>Cost: one pass over the bytes of a span's own fields; attributes are skipped by their length
 * and searched only when asked for. Allocates a few hundred bytes per scan and nothing per span but
 * the strings that the sink asks for.
 */
public final class TraceScan extends ResourceScan implements SpanView {

  static final int TRACE_ID = 1;
  static final int ATTRIBUTES = 9;

  private final SpanSink sink;
  private final Wire wire;
  private final Wire inner;

  private long traceIdHigh;
  private long traceIdLow;
  private long spanId;
  private long parentSpanId;
  private int kind;
  private long startNanos;
  private long endNanos;
  private int statusCode;
  private int flags;
  private int nameStart;
  private int nameEnd;

  private TraceScan(byte[] payload, AttributeNames names, SpanSink sink) {
    super(payload, names);
    this.sink = sink;
    this.wire = new Wire(payload);
    this.inner = new Wire(payload);
  }

  /**
   * Gives every readable span to the sink, in the order on the wire.
   *
   * @return how many spans there were
   */
  public static int scan(byte[] payload, SpanSink sink) {
    return scan(payload, AttributeNames.NONE, sink);
  }

  /**
   * The same for a sink that asks for attributes by their number in {@code names}.
   *
   * @return how many spans there were
   */
  public static int scan(byte[] payload, AttributeNames names, SpanSink sink) {
    return new TraceScan(payload, names, sink).run();
  }

  /**
   * Gives only the spans that are chosen to the sink, in the order on the wire.
   *
   * @param table of that payload
   */
  public static void scan(
      byte[] payload,
      AttributeNames names,
      SpanTable table,
      SpanTable.Choice choice,
      SpanSink sink) {
    TraceScan scan = new TraceScan(payload, names, sink);
    for (int span = 0; span < table.size(); span++) {
      if (table.wanted(span, choice)) {
        if (table.requestStart(span) != scan.requestStart()) {
          scan.readResource(table.requestStart(span), table.requestEnd(span));
        }
        scan.item(table.start(span), table.end(span));
      }
    }
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
    sink.span(this);
    return true;
  }

  private void clear() {
    traceIdHigh = 0;
    traceIdLow = 0;
    spanId = 0;
    parentSpanId = 0;
    kind = 0;
    startNanos = 0;
    endNanos = 0;
    statusCode = 0;
    flags = 0;
    nameStart = 0;
    nameEnd = 0;
    attributes.clear();
  }

  private void field() {
    switch (wire.type()) {
      case Wire.LEN -> lengthDelimited();
      case Wire.FIXED64 -> {
        if (wire.field() == 7) {
          startNanos = wire.number();
        } else if (wire.field() == 8) {
          endNanos = wire.number();
        }
      }
      case Wire.VARINT -> {
        if (wire.field() == 6) {
          kind = (int) wire.number();
        }
      }
      case Wire.FIXED32 -> {
        if (wire.field() == 16) {
          flags = (int) wire.number();
        }
      }
      default -> {}
    }
  }

  private void lengthDelimited() {
    switch (wire.field()) {
      case TRACE_ID -> traceId();
      case 2 -> spanId = shortId();
      case 4 -> parentSpanId = shortId();
      case 5 -> {
        nameStart = wire.start();
        nameEnd = wire.end();
      }
      case ATTRIBUTES -> attributes.add(wire.start(), wire.end());
      case 15 -> status();
      default -> {}
    }
  }

  private void traceId() {
    boolean valid = wire.length() == 16;
    traceIdHigh = valid ? Wire.bigEndianLong(payload, wire.start()) : 0;
    traceIdLow = valid ? Wire.bigEndianLong(payload, wire.start() + 8) : 0;
  }

  private long shortId() {
    return wire.length() == 8 ? Wire.bigEndianLong(payload, wire.start()) : 0;
  }

  private void status() {
    inner.over(wire.start(), wire.end());
    while (inner.next()) {
      if (inner.is(3, Wire.VARINT)) {
        statusCode = (int) inner.number();
      }
    }
  }

  @Override
  public long traceIdHigh() {
    return traceIdHigh;
  }

  @Override
  public long traceIdLow() {
    return traceIdLow;
  }

  @Override
  public long spanId() {
    return spanId;
  }

  @Override
  public long parentSpanId() {
    return parentSpanId;
  }

  @Override
  public int kind() {
    return kind;
  }

  @Override
  public long startNanos() {
    return startNanos;
  }

  @Override
  public long endNanos() {
    return endNanos;
  }

  @Override
  public int statusCode() {
    return statusCode;
  }

  @Override
  public int flags() {
    return flags;
  }

  @Override
  public String name() {
    return new String(payload, nameStart, nameEnd - nameStart, UTF_8);
  }

  @Override
  public boolean hasAttributeWithPrefix(String prefix) {
    return attributes.anyStartsWith(prefix);
  }
}
