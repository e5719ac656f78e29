// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.JavaxTomcatApp;
import io.correlationstation.it.agent.app.TomcatApp;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Headers, bodies and forms on Tomcat, whose reader and parameters bypass the body stream; the one
 * of today and the last one of the {@code javax} servlets.
 */
class TomcatIT {

  private static final Path TOMCAT9 = Path.of("target/tomcat9").toAbsolutePath();

  private static Scene scene;

  @BeforeAll
  static void start() {
    scene = Scene.of(TomcatApp.class);
  }

  @AfterAll
  static void stop() {
    scene.close();
  }

  @BeforeEach
  void forget() {
    scene.clear();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/stream", "/lines", "/reader"})
  void jsonBody_howeverItIsRead_isOnLaterCalls(String path) throws Exception {
    String body = "{\n\"note\":\"Zürich\",\n\"circuit_id\":\"C-tomcat\"\n}";

    String answer = scene.post(path, "application/json; charset=utf-8", body).body();

    assertThat(answer).isEqualTo(body);
    assertThat(scene.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-tomcat");
  }

  @ParameterizedTest
  @CsvSource({"/parameters, C-form", "/map, '[a, circuit_id]'"})
  void formField_askedFor_isOnLaterCalls(String path, String expected) throws Exception {
    String answer =
        scene.post(path, "application/x-www-form-urlencoded", "a=b&circuit_id=C-form").body();

    assertThat(answer).isEqualTo(expected);
    assertThat(scene.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-form");
  }

  @Test
  void javaxServlets_carryAndFindAsWell() throws Exception {
    try (Scene javax =
        Scene.of(
            JavaxTomcatApp.class,
            child ->
                child.libraries(
                    "tomcat|jakarta.servlet",
                    TOMCAT9.resolve("tomcat-embed-core.jar"),
                    TOMCAT9.resolve("tomcat-annotations-api.jar")))) {
      String body = "{\n\"circuit_id\":\"C-javax\"\n}";
      for (String path : new String[] {"/stream", "/lines"}) {
        HttpResponse<String> response =
            javax.post(path, "application/json", body, "X-Product-Id", "P-1");

        assertThat(response.body()).isEqualTo(body);
        assertThat(response.headers().firstValue("X-Product-Id")).contains("P-1");
        Headers sent = javax.downstream.next();
        assertThat(sent.getFirst("X-Circuit-Id")).isEqualTo("C-javax");
        assertThat(sent.getFirst("X-Product-Id")).isEqualTo("P-1");
      }
      javax.post("/form", "application/x-www-form-urlencoded", "circuit_id=C-form");
      assertThat(javax.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-form");
    }
  }
}
