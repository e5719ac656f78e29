// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.palantir;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

class ProblemTest {

  @Test
  void register_routeBreaks_tellsNothingInternal() throws Exception {
    Javalin http =
        Javalin.create(
            javalin -> {
              javalin.routes.get(
                  "/broken",
                  ctx -> {
                    throw new IllegalStateException("password is secret");
                  });
              Problem.register(javalin.routes);
            });
    http.start("127.0.0.1", 0);
    try {
      URI url = URI.create("http://127.0.0.1:" + http.port() + "/broken");
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());

      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(answer.body())
          .isEqualTo(
              "{\"type\":\"about:blank\",\"title\":\"Server Error\",\"status\":500,"
                  + "\"instance\":\"/broken\"}");
    } finally {
      http.stop();
    }
  }
}
