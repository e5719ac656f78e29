// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Reads the server's query API, as any user could. */
final class StationApi {

  private final String base;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final ObjectMapper json = new ObjectMapper();

  StationApi(int httpPort) {
    this.base = "http://127.0.0.1:" + httpPort;
  }

  /**
   * {@code /api/circuits/{id}}; a missing node when the circuit is unknown or the server does not
   * answer.
   */
  JsonNode circuit(String circuitId) throws InterruptedException {
    return get("/api/circuits/" + URLEncoder.encode(circuitId, UTF_8));
  }

  /** {@code /api/traces/{id}}; a missing node as above. */
  JsonNode trace(String traceId) throws InterruptedException {
    return get("/api/traces/" + traceId);
  }

  private JsonNode get(String path) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(10)).build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200 ? json.readTree(answer.body()) : MissingNode.getInstance();
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }
}
