// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.forward.FakeBackend;
import io.correlationstation.server.forward.FakeBackend.Reply;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A destination whose name moves to another address is found there. */
final class AddressChangeIT {

  private static final String SPAN =
      """
      {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319%d",
       "spanId":"00f067aa0ba902b%d","name":"s","startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}
      """;

  @TempDir private Path directory;

  @Test
  void forward_X08_nameMovesToAnotherAddress_followsIt() throws Exception {
    Path hosts = directory.resolve("hosts");
    Files.writeString(hosts, "127.0.0.1 tempo.example.com\n");
    FakeBackend before = FakeBackend.start(request -> Reply.of(200));
    int port = before.uri("").getPort();
    try (StationProcess station =
            StationProcess.start(
                directory.resolve("data"),
                Map.of("TEMPO_HTTP_ENDPOINT", "http://tempo.example.com:" + port),
                "-Djdk.net.hosts.file=" + hosts,
                "-Dsun.net.inetaddr.ttl=1");
        FakeBackend after =
            FakeBackend.start(InetAddress.getByName("127.0.0.2"), port, r -> Reply.of(200))) {
      send(station, 1);
      await().until(() -> before.requests().size() == 1);

      Files.writeString(hosts, "127.0.0.2 tempo.example.com\n");
      before.close();
      send(station, 2);

      await().atMost(Duration.ofSeconds(30)).until(() -> after.requests().size() == 1);
      assertThat(before.requests()).hasSize(1);
    } finally {
      before.close();
    }
  }

  private static void send(StationProcess station, int number) throws Exception {
    URI uri = station.otlp("/v1/traces");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(SPAN.formatted(number, number)))
            .build();
    HttpResponse<Void> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
    assertThat(answer.statusCode()).isEqualTo(200);
  }
}
