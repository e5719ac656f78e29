// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Asks arda for a circuit's topology, as a plan script does: a plain request that carries the
 * circuit id as a parameter and nothing else of the order it belongs to. Thread-safe.
 */
final class ArdaClient {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final String topology;
  private final HttpClient http;

  ArdaClient(URI base) {
    this.topology = base.toString().replaceFirst("/$", "") + "/arda/api/v1/topology";
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  /** Throws {@link IOException} with a readable reason when arda does not answer with 200. */
  void requireTopology(String circuitId) throws IOException, InterruptedException {
    String query = "circuit_id=" + URLEncoder.encode(circuitId, StandardCharsets.UTF_8);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(topology + "?" + query))
            .header("Accept", "application/json")
            .timeout(TIMEOUT)
            .build();
    int status;
    try {
      status = http.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      throw new IOException("topology service does not answer", e);
    }
    if (status != 200) {
      throw new IOException("topology service answers " + status);
    }
  }
}
