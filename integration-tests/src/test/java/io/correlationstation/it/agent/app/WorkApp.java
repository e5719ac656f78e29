// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.correlationstation.correlation.annotation.CircuitId;
import io.correlationstation.correlation.annotation.Correlated;
import io.correlationstation.correlation.annotation.ProductId;
import io.correlationstation.correlation.annotation.RequestId;
import io.correlationstation.correlation.annotation.ResourceId;
import io.correlationstation.correlation.annotation.ResourceTypeId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** A service with annotated methods, child processes and Log4j. */
public final class WorkApp {

  private static final Logger logger = LogManager.getLogger(WorkApp.class);
  private static final HttpClient client = HttpClient.newHttpClient();

  private WorkApp() {}

  public static void main(String[] args) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.createContext("/annotated", WorkApp::annotated);
    server.createContext("/child", WorkApp::child);
    server.createContext("/log", WorkApp::log);
    server.start();
    System.out.println("PORT " + server.getAddress().getPort());
  }

  private static void annotated(HttpExchange exchange) throws IOException {
    provision("C-annotated", new StringBuilder("P-annotated"), "R-a", "T-a", 4711);
    call();
    try {
      provision(null, null, null, null, 0);
    } catch (IllegalArgumentException expected) {
      call();
    }
    answer(exchange, createResource("C-named"));
    call();
  }

  private static void provision(
      @CircuitId String circuit,
      @ProductId Object product,
      @ResourceId String resource,
      @ResourceTypeId String type,
      @RequestId int request)
      throws IOException {
    if (circuit == null) {
      throw new IllegalArgumentException("circuit");
    }
    call();
  }

  @Correlated(returns = "resource_id")
  private static String createResource(String circuitId) throws IOException {
    call();
    return "R-returned";
  }

  private static void child(HttpExchange exchange) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            ProcessHandle.current().info().command().orElse("java"),
            "-cp",
            System.getProperty("java.class.path"),
            Printer.class.getName());
    builder.redirectErrorStream(true).environment().put("X_PRODUCT_ID", "mine");
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    answer(exchange, printed + "own=" + new TreeMap<>(builder.environment()));
  }

  private static void log(HttpExchange exchange) throws IOException {
    logger.info("working");
    answer(exchange, "");
  }

  private static void call() throws IOException {
    try {
      client.send(
          HttpRequest.newBuilder(URI.create(System.getenv("DOWNSTREAM"))).build(),
          HttpResponse.BodyHandlers.discarding());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** A child process that says what it was told. */
  public static final class Printer {

    private Printer() {}

    public static void main(String[] args) {
      for (String name : new String[] {"TRACEPARENT", "BAGGAGE", "X_CIRCUIT_ID", "X_PRODUCT_ID"}) {
        System.out.println(name + "=" + System.getenv(name));
      }
    }
  }

  /** A batch job: one call, then the end. */
  public static final class Job {

    private Job() {}

    public static void main(String[] args) throws IOException {
      call();
    }
  }
}
