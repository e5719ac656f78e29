// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent.app;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.http.util.EntityUtils;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

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
    add(server, "/jdk", () -> jdk.send(request(), HttpResponse.BodyHandlers.ofString()).body());
    add(
        server,
        "/jdk-async",
        () ->
            CompletableFuture.supplyAsync(() -> request())
                .thenCompose(r -> jdk.sendAsync(r, HttpResponse.BodyHandlers.ofString()))
                .get()
                .body());
    add(
        server,
        "/url-connection",
        () -> ((HttpURLConnection) DOWNSTREAM.toURL().openConnection()).getResponseCode());
    add(server, "/okhttp", () -> okhttp(okhttp, ResponseBody::string));
    add(
        server,
        "/url-connection-stream",
        () -> read(((HttpURLConnection) DOWNSTREAM.toURL().openConnection()).getInputStream()));
    add(
        server,
        "/jdk-stream",
        () -> read(jdk.send(request(), HttpResponse.BodyHandlers.ofInputStream()).body()));
    add(
        server,
        "/jdk-chain",
        () ->
            jdk.sendAsync(request(), HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(HttpResponse::body)
                .get());
    add(server, "/okhttp-stream", () -> okhttp(okhttp, body -> read(body.byteStream())));
    add(server, "/okhttp-chars", () -> okhttp(okhttp, body -> read(body.charStream())));
    add(server, "/okhttp-source", () -> okhttp(okhttp, body -> read(body.source())));
    add(server, "/okhttp-bytes", () -> okhttp(okhttp, ResponseBody::bytes));
    add(
        server,
        "/apache",
        () -> apache.execute(new HttpGet(DOWNSTREAM), r -> read(r.getEntity().getContent())));
    org.apache.http.impl.client.CloseableHttpClient apache4 =
        org.apache.http.impl.client.HttpClients.createDefault();
    add(
        server,
        "/apache4",
        () -> {
          try (org.apache.http.client.methods.CloseableHttpResponse response =
              apache4.execute(new org.apache.http.client.methods.HttpGet(DOWNSTREAM))) {
            return EntityUtils.toString(response.getEntity());
          }
        });
    WebClient spring =
        WebClient.builder()
            .clientConnector(
                new ReactorClientHttpConnector(
                    reactor.netty.http.client.HttpClient.create().compress(true)))
            .build();
    add(
        server,
        "/webclient",
        () -> spring.get().uri(DOWNSTREAM).retrieve().bodyToMono(String.class).block());
    add(
        server,
        "/webclient-async",
        () -> spring.get().uri(DOWNSTREAM).retrieve().bodyToMono(byte[].class).toFuture().get());
    server.start();
    System.out.println("PORT " + server.getAddress().getPort());
  }

  private interface Call {
    Object run() throws Exception;
  }

  private interface Reading {
    Object of(ResponseBody body) throws IOException;
  }

  private static Object okhttp(OkHttpClient client, Reading reading) throws IOException {
    Request request = new Request.Builder().url(DOWNSTREAM.toURL()).build();
    try (Response response = client.newCall(request).execute()) {
      return reading.of(response.body());
    }
  }

  /** Reads in pieces of all sizes, and byte by byte. */
  private static byte[] read(InputStream in) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] piece = new byte[3];
    for (int count = in.read(piece); count >= 0; count = in.read(piece, 1, 2)) {
      out.write(piece, out.size() == 0 ? 0 : 1, count);
      int octet = in.read();
      if (octet >= 0) {
        out.write(octet);
      }
    }
    return out.toByteArray();
  }

  /** As a streaming parser does: it looks ahead in the buffer and takes what it has seen. */
  private static byte[] read(BufferedSource in) throws IOException {
    Buffer out = new Buffer();
    while (!in.exhausted()) {
      out.write(in.readByteArray(Math.min(in.getBuffer().size(), 5)));
    }
    return out.readByteArray();
  }

  private static String read(Reader in) throws IOException {
    StringWriter out = new StringWriter();
    in.transferTo(out);
    return out.toString();
  }

  private static void add(HttpServer server, String path, Call call) {
    server.createContext(
        path,
        exchange -> {
          byte[] answer = {};
          try {
            Object body = call.run();
            if ("twice=true".equals(exchange.getRequestURI().getQuery())) {
              body = call.run();
            }
            if (body instanceof byte[]) {
              answer = (byte[]) body;
            } else if (body instanceof String) {
              answer = ((String) body).getBytes(StandardCharsets.UTF_8);
            }
          } catch (Exception failure) {
            throw new IOException(failure);
          }
          exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
  }

  private static HttpRequest request() {
    return HttpRequest.newBuilder(DOWNSTREAM).build();
  }
}
