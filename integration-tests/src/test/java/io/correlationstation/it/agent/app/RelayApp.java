// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service on the JDK's server that knows nothing of us: it logs a line and calls the URL in the
 * environment variable {@code DOWNSTREAM} with the JDK's client.
 */
public final class RelayApp {

  private static final Logger logger = LoggerFactory.getLogger(RelayApp.class);
  private static final HttpClient client = HttpClient.newHttpClient();
  private static final ExecutorService pool = Executors.newFixedThreadPool(2);

  private RelayApp() {}

  public static void main(String[] args) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.createContext("/relay", RelayApp::relay);
    server.createContext("/body", RelayApp::body);
    server.start();
    System.out.println("PORT " + server.getAddress().getPort());
  }

  private static void relay(HttpExchange exchange) throws IOException {
    logger.info("relaying");
    answer(exchange, call());
  }

  /** A pool thread takes the context over before the body is read and calls after it was. */
  private static void body(HttpExchange exchange) throws IOException {
    CountDownLatch read = new CountDownLatch(1);
    Future<String> called =
        pool.submit(
            () -> {
              read.await();
              return call();
            });
    byte[] body = exchange.getRequestBody().readAllBytes();
    read.countDown();
    try {
      called.get();
    } catch (Exception failure) {
      throw new IOException(failure);
    }
    logger.info("read a body");
    answer(exchange, new String(body, StandardCharsets.ISO_8859_1));
  }

  private static String call() {
    try {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(System.getenv("DOWNSTREAM"))).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
