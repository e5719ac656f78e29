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
    found = Arrays.copyOf(builder.bits, size);
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
    private static final int LONGEST_VARINT = 10;

    private final Wire wire;
    private int[] places = new int[FIRST_SPANS * STRIDE];
    private long[] traceIds = new long[FIRST_SPANS * 2];
    private long[] bits = new long[FIRST_SPANS];
    private String[] services = new String[FIRST_SPANS];
    private int size;

    // of the span being read
    private long high;
    private long low;
    private long found;

    Builder(byte[] payload, AttributeNames names) {
      super(payload, names);
      this.wire = new Wire(payload);
    }

    @Override
    boolean item(int start, int end) {
      high = 0;
      low = 0;
      found = 0;
      if (!readCommon(start, end) && !read(start, end)) {
        return false;
      }
      add(start, end);
      return true;
    }

    /**
     * A span as every encoder writes it: tags and lengths of one or two bytes, no groups. False for
     * any other, and for a broken one: that is read field by field.
     */
    private boolean readCommon(int start, int end) {
      int at = start;
      while (at < end) {
        int tag = payload[at++];
        if (tag < 0 && at < end) {
          tag = tag & 0x7f | payload[at++] << 7;
        }
        if (tag < 8 || at >= end) {
          return false;
        }
        switch (tag & 7) {
          case Wire.LEN -> {
            int length = payload[at++];
            if (length < 0 && at < end) {
              length = length & 0x7f | payload[at++] << 7;
            }
            if (length < 0 || length > end - at) {
              return false;
            }
            text(tag >>> 3, at, at + length);
            at += length;
          }
          case Wire.VARINT -> {
            int last = Math.min(at + LONGEST_VARINT, end) - 1;
            while (payload[at] < 0 && at < last) {
              at++;
            }
            if (payload[at++] < 0) {
              return false;
            }
          }
          case Wire.FIXED64 -> at += Long.BYTES;
          case Wire.FIXED32 -> at += Integer.BYTES;
          default -> {
            return false;
          }
        }
      }
      return at == end;
    }

    private boolean read(int start, int end) {
      high = 0;
      low = 0;
      found = 0;
      wire.over(start, end);
      while (wire.next()) {
        if (wire.type() == Wire.LEN) {
          text(wire.field(), wire.start(), wire.end());
        }
      }
      return !wire.broken();
    }

    private void text(int field, int start, int end) {
      if (field == TraceScan.ATTRIBUTES) {
        found |= attributes.bit(start, end);
      } else if (field == TraceScan.TRACE_ID) {
        boolean valid = end - start == 16;
        high = valid ? Wire.bigEndianLong(payload, start) : 0;
        low = valid ? Wire.bigEndianLong(payload, start + 8) : 0;
      }
    }

    private void add(int start, int end) {
      if (size == bits.length) {
        places = Arrays.copyOf(places, size * STRIDE * 2);
        traceIds = Arrays.copyOf(traceIds, size * 4);
        bits = Arrays.copyOf(bits, size * 2);
        services = Arrays.copyOf(services, size * 2);
      }
      places[size * STRIDE] = start;
      places[size * STRIDE + 1] = end;
      places[size * STRIDE + 2] = requestStart();
      places[size * STRIDE + 3] = requestEnd();
      traceIds[2 * size] = high;
      traceIds[2 * size + 1] = low;
      services[size] = service();
      bits[size++] = found | resource.found();
    }
  }
}
