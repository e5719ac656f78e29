// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.Wire;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices traces that grow beyond what Tempo keeps of one ({@code max_bytes_per_trace}, 5 MB by
 * default). Tempo takes their spans and drops them later without telling the sender, so this is the
 * only place where it shows.
 *
 * <p>An estimate: of small frames one in {@value #ONE_IN} is weighed and counts as so many, a frame
 * of {@value #ALWAYS_BYTES} bytes or more always. Traces are remembered while they are among the
 * last {@value #GENERATION} to {@value #BOTH_GENERATIONS}. Used by the worker's thread only.
 */
final class TraceSizes {

  private static final long TEMPO_MAX_BYTES = 5_000_000;
  private static final int ONE_IN = 8;
  private static final int ALWAYS_BYTES = 256 * 1024;
  private static final int GENERATION = 50_000;
  private static final int BOTH_GENERATIONS = 2 * GENERATION;
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final Logger logger = LoggerFactory.getLogger(TraceSizes.class);

  /** Bytes of one trace so far. */
  private static final class Size {
    private long bytes;
    private boolean told;
  }

  private final String destination;
  private final ForwardMetrics metrics;
  private Map<Long, Size> young = new HashMap<>();
  private Map<Long, Size> old = new HashMap<>();
  private long frames;
  private long toldAt;

  TraceSizes(String destination, ForwardMetrics metrics) {
    this.destination = destination;
    this.metrics = metrics;
    this.toldAt = System.nanoTime() - QUIET_NANOS;
  }

  void weigh(Frame frame) {
    if (frame.signal() != Signal.TRACES) {
      return;
    }
    byte[] request = frame.payload();
    if (request.length >= ALWAYS_BYTES) {
      spans(request, 1);
    } else if (frames++ % ONE_IN == 0) {
      spans(request, ONE_IN);
    }
  }

  /** Field 1, then 2, then 2 of a request; bytes that are no message end it early. */
  private void spans(byte[] request, int weight) {
    Wire resources = new Wire(request).over(0, request.length);
    while (resources.next()) {
      if (resources.is(1, Wire.LEN)) {
        scopes(request, new Wire(request).over(resources.start(), resources.end()), weight);
      }
    }
  }

  private void scopes(byte[] request, Wire scopes, int weight) {
    while (scopes.next()) {
      if (scopes.is(2, Wire.LEN)) {
        spans(request, new Wire(request).over(scopes.start(), scopes.end()), weight);
      }
    }
  }

  private void spans(byte[] request, Wire spans, int weight) {
    while (spans.next()) {
      if (spans.is(2, Wire.LEN)) {
        span(request, spans, weight);
      }
    }
  }

  private void span(byte[] request, Wire span, int weight) {
    Wire fields = new Wire(request).over(span.start(), span.end());
    while (fields.next()) {
      if (fields.is(1, Wire.LEN)) {
        if (fields.end() - fields.start() == 16) {
          add(request, fields.start(), (long) (span.end() - span.start()) * weight);
        }
        return;
      }
    }
  }

  private void add(byte[] request, int traceId, long bytes) {
    long key = 0;
    for (int i = 8; i < 16; i++) {
      key = key << 8 | request[traceId + i] & 0xff;
    }
    Size size = size(key);
    size.bytes += bytes;
    if (size.bytes > TEMPO_MAX_BYTES && !size.told) {
      size.told = true;
      metrics.largeTrace(destination);
      tell(HexFormat.of().formatHex(request, traceId, traceId + 16));
    }
  }

  private Size size(long key) {
    Size size = young.get(key);
    if (size == null) {
      size = old.remove(key);
      if (young.size() >= GENERATION) {
        old = young;
        young = new HashMap<>();
      }
      size = size == null ? new Size() : size;
      young.put(key, size);
    }
    return size;
  }

  private void tell(String traceId) {
    if (System.nanoTime() - toldAt >= QUIET_NANOS) {
      toldAt = System.nanoTime();
      logger.warn(
          "trace {} is larger than {} bytes; {} drops what is beyond unless its"
              + " max_bytes_per_trace is higher",
          traceId,
          TEMPO_MAX_BYTES,
          destination);
    }
  }
}
