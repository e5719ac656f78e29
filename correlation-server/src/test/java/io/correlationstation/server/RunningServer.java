// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** A whole server in this process, on free ports. Closing it checks its books first. */
final class RunningServer implements AutoCloseable {

  /** By HTTP/1.1: the JDK's client can lose its place in what comes at once behind an upgrade. */
  static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final CorrelationServer server;
  private final Path dataDir;
  private final boolean fresh;
  private final boolean open;

  private RunningServer(CorrelationServer server, Path dataDir, boolean fresh, boolean open) {
    this.server = server;
    this.dataDir = dataDir;
    this.fresh = fresh;
    this.open = open;
  }

  static RunningServer start(Path dataDir, Map<String, String> environment) throws IOException {
    Map<String, String> all = new HashMap<>(environment);
    all.put("STATION_DATA_DIR", dataDir.toString());
    all.put("STATION_HTTP_PORT", "0");
    all.put("STATION_OTLP_HTTP_PORT", "0");
    all.put("STATION_OTLP_GRPC_PORT", "0");
    boolean fresh = !Files.exists(dataDir);
    boolean open = !all.containsKey("ENABLE_BASIC_AUTH");
    CorrelationServer server = CorrelationServer.start(ServerConfig.of(Settings.of(Map.of(), all)));
    return new RunningServer(server, dataDir, fresh, open);
  }

  Path dataDir() {
    return dataDir;
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.httpPort() + path);
  }

  Set<String> routes() {
    return server.routes();
  }

  Accounting accounting() {
    return Accounting.at(uri("/"));
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  HttpResponse<String> postJson(String path, String body) throws Exception {
    return post(path, "application/json", body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  HttpResponse<String> post(String path, String contentType, byte[] body) throws Exception {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  static HttpResponse<String> send(HttpRequest request) throws Exception {
    return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
  }

  static String basic(String user, String password) {
    byte[] both = (user + ":" + password).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  /** Stops the server without a look at its books. */
  void stop() {
    server.close();
  }

  @Override
  public void close() {
    try {
      if (open) {
        Accounting.assertBalanced(uri("/"), fresh);
      }
    } finally {
      server.close();
    }
  }
}
