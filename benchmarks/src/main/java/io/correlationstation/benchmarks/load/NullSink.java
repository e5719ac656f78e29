// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.correlationstation.server.otlp.LogScan;
import io.correlationstation.server.otlp.TraceScan;
import io.correlationstation.server.otlp.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import org.xerial.snappy.Snappy;

/**
 * A destination that takes everything at once and keeps nothing: OTLP/HTTP without compression and
 * Loki's push. It counts spans, records and lines, and can be told to be down.
 */
final class NullSink implements AutoCloseable {

  private final LongAdder spans = new LongAdder();
  private final LongAdder lines = new LongAdder();
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final HttpServer server;
  private volatile boolean down;

  private NullSink(HttpServer server) {
    this.server = server;
  }

  static NullSink start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    NullSink sink = new NullSink(server);
    server.createContext("/v1/traces", exchange -> sink.take(exchange, sink::countSpans));
    server.createContext("/v1/logs", exchange -> sink.take(exchange, sink::countRecords));
    server.createContext("/v1/metrics", exchange -> sink.take(exchange, body -> {}));
    server.createContext("/loki/api/v1/push", exchange -> sink.take(exchange, sink::countLines));
    server.setExecutor(sink.executor);
    server.start();
    return sink;
  }

  private interface Counting {
    void count(byte[] body) throws IOException;
  }

  private void take(HttpExchange exchange, Counting counting) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (down) {
        exchange.sendResponseHeaders(503, -1);
        return;
      }
      counting.count(body);
      exchange.sendResponseHeaders(
          exchange.getRequestURI().getPath().startsWith("/l") ? 204 : 200, -1);
    }
  }

  private void countSpans(byte[] body) {
    spans.add(TraceScan.scan(body, span -> {}));
  }

  private void countRecords(byte[] body) {
    lines.add(LogScan.scan(body, log -> {}));
  }

  /** PushRequest { 1: stream { 1: labels, 2: entry * } * }. */
  private void countLines(byte[] body) throws IOException {
    byte[] request = Snappy.uncompress(body);
    Wire streams = new Wire(request).over(0, request.length);
    Wire fields = new Wire(request);
    while (streams.next()) {
      if (streams.is(1, Wire.LEN)) {
        fields.over(streams.start(), streams.end());
        while (fields.next()) {
          lines.add(fields.is(2, Wire.LEN) ? 1 : 0);
        }
      }
    }
  }

  /** While down it answers 503 to everything. */
  void down(boolean now) {
    down = now;
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  long spans() {
    return spans.sum();
  }

  /** Log records, whichever way they came. */
  long lines() {
    return lines.sum();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
