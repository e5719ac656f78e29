// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.it.agent.app.TomcatApp;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies and forms on Tomcat, whose reader and parameters bypass the body stream. */
class TomcatIT {

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
}
