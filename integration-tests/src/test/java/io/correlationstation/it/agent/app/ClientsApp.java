// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;

/** Calls downstream with the client that the path names. */
public final class ClientsApp {

  private static final URI DOWNSTREAM = URI.create(System.getenv("DOWNSTREAM"));

  private ClientsApp() {}

  public static void main(String[] args) throws IOException {
    HttpClient jdk = HttpClient.newHttpClient();
    OkHttpClient okhttp = new OkHttpClient();
    CloseableHttpClient apache = HttpClients.createDefault();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(4));
    add(server, "/jdk", () -> jdk.send(request(), HttpResponse.BodyHandlers.ofString()));
    add(
        server,
        "/jdk-async",
        () ->
            CompletableFuture.supplyAsync(() -> request())
                .thenCompose(r -> jdk.sendAsync(r, HttpResponse.BodyHandlers.ofString()))
                .get());
    add(
        server,
        "/url-connection",
        () -> ((HttpURLConnection) DOWNSTREAM.toURL().openConnection()).getResponseCode());
    add(
        server,
        "/okhttp",
        () -> {
          Request request = new Request.Builder().url(DOWNSTREAM.toURL()).build();
          try (Response response = okhttp.newCall(request).execute()) {
            return response.body().string();
          }
        });
    add(server, "/apache", () -> apache.execute(new HttpGet(DOWNSTREAM), r -> r.getCode()));
    server.start();
    System.out.println("PORT " + server.getAddress().getPort());
  }

  private interface Call {
    Object run() throws Exception;
  }

  private static void add(HttpServer server, String path, Call call) {
    server.createContext(
        path,
        exchange -> {
          try {
            call.run();
            if ("twice=true".equals(exchange.getRequestURI().getQuery())) {
              call.run();
            }
          } catch (Exception failure) {
            throw new IOException(failure);
          }
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
  }

  private static HttpRequest request() {
    return HttpRequest.newBuilder(DOWNSTREAM).build();
  }
}
