// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.mdso;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.it.server.StationProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;

/** What tests of the bridge ask a server that has one. */
final class MdsoCalls {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final StationProcess station;

  MdsoCalls(StationProcess station) {
    this.station = station;
  }

  /** Settings that point a server at an orchestrator on loopback, collecting by hand only. */
  static Map<String, String> settings(int port) {
    return Map.of(
        "MDSO_URL", "http://127.0.0.1:" + port,
        "MDSO_ALLOW_INSECURE", "true",
        "MDSO_USER", "demo",
        "MDSO_PASS", "demo",
        "MDSO_CADENCE", "off",
        "MDSO_RATE_LIMIT", "10000",
        "STATION_MIN_FREE_BYTES", "0");
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(station.uri(path)).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(station.uri(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json))
            .build(),
        BodyHandlers.ofString());
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    return JSON.readTree(get(path).body());
  }

  /** Starts a collection of a day of network services; gives the path of its job. */
  String trigger() throws IOException, InterruptedException {
    return post("/mdso/trigger-collection?product_type=network_service&time_range=1d", "")
        .headers()
        .firstValue("Location")
        .orElseThrow();
  }

  /** Collects network services to the end; gives the job. */
  JsonNode collect(Duration limit) throws IOException, InterruptedException {
    String job = trigger();
    await()
        .atMost(limit)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> !json(job).path("ended_at").isNull());
    return json(job);
  }
}
