// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

/** The service that an application under test calls; it remembers the headers that it was sent. */
final class Downstream implements AutoCloseable {

  private final HttpServer server;
  private final BlockingQueue<Headers> requests = new LinkedBlockingQueue<>();
  private volatile String answer = "";
  private volatile boolean packs;

  Downstream() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
    server.createContext(
        "/",
        exchange -> {
          requests.add(exchange.getRequestHeaders());
          exchange.getRequestBody().readAllBytes();
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
          if (packs && accepted != null && accepted.contains("gzip")) {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            bytes = gzip(bytes);
          }
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port() + "/echo";
  }

  void answerWith(String json) {
    answer = json;
    packs = false;
  }

  /** The same, packed for those who say that they can unpack. */
  void answerPackedWith(String json) {
    answer = json;
    packs = true;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  /** Forgets what came so far. */
  void clear() {
    requests.clear();
  }

  /** The headers of the next request that has not been asked for. */
  Headers next() throws InterruptedException {
    Headers headers = requests.poll(30, TimeUnit.SECONDS);
    if (headers == null) {
      throw new AssertionError("no request came");
    }
    return headers;
  }

  /** The trace id, 32 hex digits, that the next request carries. */
  String nextTraceId() throws InterruptedException {
    return next().getFirst("traceparent").substring(3, 35);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
