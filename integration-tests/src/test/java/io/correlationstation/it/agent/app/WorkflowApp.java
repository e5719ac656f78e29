// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.correlationstation.correlation.Step;
import io.correlationstation.correlation.Workflow;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Executors;

/** A service that tells a workflow through the library, and calls {@code DOWNSTREAM} in it. */
public final class WorkflowApp {

  private static final HttpClient client = HttpClient.newHttpClient();

  private WorkflowApp() {}

  public static void main(String[] args) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.createContext("/order", WorkflowApp::order);
    server.createContext("/put", WorkflowApp::put);
    server.start();
    System.out.println("PORT " + server.getAddress().getPort());
  }

  private static void order(HttpExchange exchange) throws IOException {
    try (Workflow workflow = Workflow.start("create_network_service")) {
      try (Step step = workflow.step("create_resource")) {
        step.event("asked");
        step.end(true);
      }
      workflow.put(CorrelationKey.RESOURCE_ID, "res-1");
      workflow.step("activate", WorkflowApp::call);
      workflow.end(true);
    } catch (Exception failure) {
      throw new IOException(failure);
    }
    call();
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private static void put(HttpExchange exchange) throws IOException {
    boolean kept = Correlation.put(CorrelationKey.PRODUCT_ID, "P-put");
    call();
    String text = kept + " " + Correlation.current();
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static Object call() throws IOException {
    try {
      return client
          .send(
              HttpRequest.newBuilder(URI.create(System.getenv("DOWNSTREAM"))).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }
}
