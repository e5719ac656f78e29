// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.util.Arrays;

/**
 * Where the spans of one request lie, and what decides whether a reader wants one: its trace and
 * its service, and which of some {@link AttributeNames} it has. Readers that want few of the spans
 * share one table and read only those. About 40 bytes a span. Immutable and thread-safe.
 */
public final class SpanTable {

  /** Whether a reader wants a span. */
  @FunctionalInterface
  public interface Choice {

    /**
     * @param found a bit for each of the table's names that the span or its resource has
     */
    boolean wants(long traceIdHigh, long traceIdLow, long found, String service);
  }

  /** Per span: where it starts and ends, and where the part of the request around it does. */
  private static final int STRIDE = 4;

  private final int[] places;
  private final long[] traceIds;
  private final long[] found;
  private final String[] services;
  private final int size;

  private SpanTable(Builder builder) {
    size = builder.size;
    places = Arrays.copyOf(builder.places, size * STRIDE);
    traceIds = Arrays.copyOf(builder.traceIds, size * 2);
    found = Arrays.copyOf(builder.found, size);
    services = Arrays.copyOf(builder.services, size);
  }

  /**
   * Finds the spans of a request; what is broken is left out.
   *
   * @param payload an OTLP {@code ExportTraceServiceRequest}
   */
  static SpanTable of(byte[] payload, AttributeNames names) {
    Builder builder = new Builder(payload, names);
    builder.run();
    return new SpanTable(builder);
  }

  int size() {
    return size;
  }

  boolean wanted(int span, Choice choice) {
    return choice.wants(traceIds[2 * span], traceIds[2 * span + 1], found[span], services[span]);
  }

  int start(int span) {
    return places[span * STRIDE];
  }

  int end(int span) {
    return places[span * STRIDE + 1];
  }

  int requestStart(int span) {
    return places[span * STRIDE + 2];
  }

  int requestEnd(int span) {
    return places[span * STRIDE + 3];
  }

  /** One pass over a request. */
  private static final class Builder extends ResourceScan {

    private static final int FIRST_SPANS = 64;

    private final Wire wire;
    private int[] places = new int[FIRST_SPANS * STRIDE];
    private long[] traceIds = new long[FIRST_SPANS * 2];
    private long[] found = new long[FIRST_SPANS];
    private String[] services = new String[FIRST_SPANS];
    private int size;

    Builder(byte[] payload, AttributeNames names) {
      super(payload, names);
      this.wire = new Wire(payload);
    }

    @Override
    boolean item(int start, int end) {
      attributes.clear();
      long high = 0;
      long low = 0;
      wire.over(start, end);
      while (wire.next()) {
        if (wire.is(TraceScan.TRACE_ID, Wire.LEN)) {
          boolean valid = wire.length() == 16;
          high = valid ? Wire.bigEndianLong(payload, wire.start()) : 0;
          low = valid ? Wire.bigEndianLong(payload, wire.start() + 8) : 0;
        } else if (wire.is(TraceScan.ATTRIBUTES, Wire.LEN)) {
          attributes.add(wire.start(), wire.end());
        }
      }
      if (wire.broken()) {
        return false;
      }
      add(start, end, high, low);
      return true;
    }

    private void add(int start, int end, long high, long low) {
      if (size == found.length) {
        places = Arrays.copyOf(places, size * STRIDE * 2);
        traceIds = Arrays.copyOf(traceIds, size * 4);
        found = Arrays.copyOf(found, size * 2);
        services = Arrays.copyOf(services, size * 2);
      }
      places[size * STRIDE] = start;
      places[size * STRIDE + 1] = end;
      places[size * STRIDE + 2] = requestStart();
      places[size * STRIDE + 3] = requestEnd();
      traceIds[2 * size] = high;
      traceIds[2 * size + 1] = low;
      services[size] = service();
      found[size++] = found();
    }
  }
}
