// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.ClientsApp;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each HTTP client carries keys once, as header and as baggage, also those found late. */
class ClientsIT {

  private static Scene scene;

  @BeforeAll
  static void start() {
    scene =
        Scene.of(
            ClientsApp.class,
            child -> child.set("otel.correlation.response-rules", "resource_id=/created/id"));
  }

  @AfterAll
  static void stop() {
    scene.close();
  }

  @AfterEach
  void answerNothing() {
    scene.downstream.answerWith("");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/jdk",
        "/jdk-async",
        "/jdk-chain",
        "/jdk-stream",
        "/url-connection-stream",
        "/okhttp",
        "/okhttp-bytes",
        "/okhttp-chars",
        "/okhttp-stream",
        "/okhttp-source",
        "/apache",
        "/apache4",
        "/webclient",
        "/webclient-async"
      })
  void response_withAKeyThatARuleNames_isOnLaterCalls(String path) throws Exception {
    for (boolean packed : new boolean[] {false, true}) {
      assertFound(path, packed);
    }
  }

  private static void assertFound(String path, boolean packed) throws Exception {
    scene.clear();
    String json = "{\"token\":\"canary\",\"text\":\"Zürich\",\"created\":{\"id\":\"R-1\"}}";
    if (packed) {
      scene.downstream.answerPackedWith(json);
    } else {
      scene.downstream.answerWith(json);
    }

    assertThat(scene.get(path + "?twice=true").body()).isEqualTo(json);

    assertThat(scene.downstream.next()).doesNotContainKey("X-resource-id");
    Headers later = scene.downstream.next();
    assertThat(later.getFirst("X-Resource-Id")).isEqualTo("R-1");
    assertThat(later.toString()).doesNotContain("canary");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/jdk",
        "/jdk-async",
        "/url-connection",
        "/okhttp",
        "/apache",
        "/apache4",
        "/webclient"
      })
  void client_carriesKeysOnce(String path) throws Exception {
    scene.clear();

    scene.get(path + "?product_id=P-1", "X-Circuit-Id", "C-1", "baggage", "tenant=t1");

    Headers sent = scene.downstream.next();
    assertThat(sent.get("X-Circuit-Id")).containsExactly("C-1");
    assertThat(sent.get("X-Product-Id")).containsExactly("P-1");
    assertThat(sent.get("baggage")).hasSize(1);
    assertThat(sent.getFirst("baggage").split(","))
        .containsExactlyInAnyOrder("circuit_id=C-1", "product_id=P-1", "tenant=t1");
  }
}
