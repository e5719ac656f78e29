// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static io.correlationstation.mdso.StubOrchestrator.RESOURCES;
import static io.correlationstation.mdso.StubOrchestrator.TOKEN;
import static io.correlationstation.mdso.StubOrchestrator.TOKENS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.correlationstation.mdso.Fixtures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthenticationTest {

  private static final String OAUTH2 = "/tron/api/v1/oauth2/tokens";
  private static final ResourceQuery QUERY = ResourceQuery.ofType("example.resourceTypes.X");

  private final ClientRig rig = new ClientRig();
  private final WireMockServer server = rig.orchestrator.server;

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void login_tron_sendsJsonOnceAndBearerAfter() throws Exception {
    try (MdsoClient client = rig.client()) {
      list(client);
      list(client);
    }

    server.verify(
        1,
        postRequestedFor(urlEqualTo(TOKENS))
            .withHeader("Content-Type", equalTo("application/json"))
            .withRequestBody(equalToJson("{\"username\":\"user\",\"password\":\"s3cret-pass\"}")));
    server.verify(
        2,
        getRequestedFor(urlPathEqualTo(RESOURCES))
            .withHeader("Authorization", equalTo("Bearer " + TOKEN))
            .withQueryParam("obfuscate", equalTo("true")));
    server.verify(1, deleteRequestedFor(urlEqualTo(TOKENS + "/" + TOKEN)));
  }

  @Test
  void login_tronForm_sendsForm() throws Exception {
    rig.environment.put("MDSO_AUTH", "tron-form");
    rig.environment.put("MDSO_PASS", "a&b=c d");
    try (MdsoClient client = rig.client()) {
      list(client);
    }

    server.verify(
        1,
        postRequestedFor(urlEqualTo(TOKENS))
            .withHeader("Content-Type", equalTo("application/x-www-form-urlencoded"))
            .withRequestBody(equalTo("username=user&password=a%26b%3Dc+d&tenant=master")));
  }

  @Test
  void login_oauth2_usesAccessToken() throws Exception {
    rig.environment.put("MDSO_AUTH", "oauth2");
    server.stubFor(
        post(urlEqualTo(OAUTH2))
            .willReturn(okJson("{\"accessToken\":\"feed\",\"expiresIn\":86400}")));
    server.stubFor(delete(urlPathMatching(OAUTH2 + "/.*")).willReturn(aResponse().withStatus(204)));
    try (MdsoClient client = rig.client()) {
      list(client);
    }

    server.verify(
        postRequestedFor(urlEqualTo(OAUTH2))
            .withRequestBody(containing("\"grant_type\":\"password\"")));
    server.verify(
        getRequestedFor(urlPathEqualTo(RESOURCES))
            .withHeader("Authorization", equalTo("Bearer feed")));
    server.verify(1, deleteRequestedFor(urlEqualTo(OAUTH2 + "/feed")));
  }

  @Test
  void login_static_neverLogsInOrDeletes() throws Exception {
    rig.environment.put("MDSO_AUTH", "static");
    rig.environment.put("MDSO_TOKEN", "given");
    try (MdsoClient client = rig.client()) {
      list(client);
    }

    server.verify(
        getRequestedFor(urlPathEqualTo(RESOURCES))
            .withHeader("Authorization", equalTo("Bearer given")));
    server.verify(0, postRequestedFor(urlPathMatching(".*")));
    server.verify(0, deleteRequestedFor(urlPathMatching(".*")));
  }

  @ParameterizedTest
  @CsvSource({"401, ''", "403, ''", "201, '{\"isSuccessful\":false,\"token\":\"x\"}'", "201, '{}'"})
  void login_refused_isTriedOnceHoweverOftenAsked(int status, String body) throws Exception {
    server.stubFor(
        post(urlEqualTo(TOKENS)).willReturn(aResponse().withStatus(status).withBody(body)));
    try (MdsoClient client = rig.client()) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> list(client))
            .isInstanceOfSatisfying(
                MdsoException.class, e -> assertThat(e.kind()).isEqualTo(MdsoException.Kind.AUTH));
      }
    }

    server.verify(1, postRequestedFor(urlEqualTo(TOKENS)));
    server.verify(0, deleteRequestedFor(urlPathMatching(".*")));
  }

  @Test
  void login_refusedThenAskedByHand_isTriedAgain() throws Exception {
    server.stubFor(
        post(urlEqualTo(TOKENS))
            .inScenario("login")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withStatus(401))
            .willSetStateTo("fixed"));
    server.stubFor(
        post(urlEqualTo(TOKENS))
            .inScenario("login")
            .whenScenarioStateIs("fixed")
            .willReturn(aResponse().withStatus(201).withBody("{\"token\":\"t\"}")));
    try (MdsoClient client = rig.client()) {
      assertThatThrownBy(() -> list(client)).isInstanceOf(MdsoException.class);

      client.forgetRefusedLogin();

      assertThat(list(client)).isEmpty();
    }
  }

  @Test
  void call_401InMidRun_logsInOnceMoreAndReplays() throws Exception {
    server.stubFor(
        get(urlPathEqualTo(RESOURCES))
            .inScenario("expiry")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withStatus(401))
            .willSetStateTo("fresh"));
    server.stubFor(
        get(urlPathEqualTo(RESOURCES))
            .inScenario("expiry")
            .whenScenarioStateIs("fresh")
            .willReturn(okJson(Fixtures.page())));
    stubNumberedTokens();
    try (MdsoClient client = rig.client()) {
      assertThat(list(client)).isEmpty();
    }

    server.verify(2, postRequestedFor(urlEqualTo(TOKENS)));
    server.verify(2, getRequestedFor(urlPathEqualTo(RESOURCES)));
    assertThat(rig.pauses).isEmpty();
  }

  @Test
  void call_401AfterReplay_failsWithoutAnotherLogin() throws Exception {
    server.stubFor(get(urlPathEqualTo(RESOURCES)).willReturn(aResponse().withStatus(401)));
    stubNumberedTokens();
    try (MdsoClient client = rig.client()) {
      assertThatThrownBy(() -> list(client)).hasMessageContaining("HTTP 401");
    }

    server.verify(2, postRequestedFor(urlEqualTo(TOKENS)));
  }

  /** Each login more would be a session more, and accounts limit those. */
  @Test
  void call_tokensAreNeverGoodEnough_leavesNoSessionsBehind() throws Exception {
    server.stubFor(get(urlPathEqualTo(RESOURCES)).willReturn(aResponse().withStatus(401)));
    stubNumberedTokens();
    try (MdsoClient client = rig.client()) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> list(client))
            .isInstanceOfSatisfying(
                MdsoException.class, e -> assertThat(e.kind()).isEqualTo(MdsoException.Kind.AUTH));
      }
      server.verify(2, postRequestedFor(urlEqualTo(TOKENS)));
      server.verify(2, getRequestedFor(urlPathEqualTo(RESOURCES)));
      server.verify(1, deleteRequestedFor(urlPathMatching(TOKENS + "/.*")));

      client.forgetRefusedLogin();
      assertThatThrownBy(() -> list(client)).hasMessageContaining("HTTP 401");
    }

    server.verify(4, postRequestedFor(urlEqualTo(TOKENS)));
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"token\":\"t\",\"timeout\":3600}', 3569, 3571",
    "'{\"token\":\"t\",\"timeout\":10}', 7, 9",
    "'{\"token\":\"t\"}', 3569, 3571",
    "'{\"token\":\"t\",\"expiresIn\":100,\"timeout\":9999}', 79, 81",
    "'{\"token\":\"t\",\"expirationTime\":\"2025-01-01T00:01:40Z\",\"expiresIn\":9999}', 79, 81",
    "'{\"token\":\"t\",\"expirationTime\":1735689700000}', 79, 81"
  })
  void token_nearItsEnd_isRenewedByTheClock(String answer, long stillGood, long renewed)
      throws Exception {
    server.stubFor(
        post(urlEqualTo(TOKENS)).willReturn(aResponse().withStatus(201).withBody(answer)));
    try (MdsoClient client = rig.client()) {
      list(client);
      rig.advance(Duration.ofSeconds(stillGood));
      list(client);
      server.verify(1, postRequestedFor(urlEqualTo(TOKENS)));

      rig.advance(Duration.ofSeconds(renewed - stillGood));
      list(client);

      server.verify(2, postRequestedFor(urlEqualTo(TOKENS)));
    }
  }

  @Test
  void login_manyThreadsAtOnce_isOneFlight() throws Exception {
    server.stubFor(
        post(urlEqualTo(TOKENS))
            .willReturn(
                aResponse().withStatus(201).withFixedDelay(100).withBody("{\"token\":\"t\"}")));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try (MdsoClient client = rig.client()) {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        calls.add(threads.submit(() -> list(client)));
      }
      for (Future<?> call : calls) {
        call.get();
      }
    } finally {
      threads.shutdownNow();
    }

    server.verify(1, postRequestedFor(urlEqualTo(TOKENS)));
  }

  @Test
  void close_deleteAnswers500_isIgnored() throws Exception {
    server.stubFor(delete(urlPathMatching(TOKENS + "/.*")).willReturn(aResponse().withStatus(500)));
    MdsoClient client = rig.client();
    list(client);

    client.close();

    rig.spans.flush();
    assertThat(rig.sink.everything()).contains("token_acquired").doesNotContain("token_deleted");
    assertThat(rig.calls("/tron/api/v1/tokens/{token}", "500")).isEqualTo(1);
  }

  @Test
  void login_serverError_isNotRetriedAndNoRefusal() throws Exception {
    server.stubFor(post(urlEqualTo(TOKENS)).willReturn(aResponse().withStatus(500)));
    try (MdsoClient client = rig.client()) {
      assertThatThrownBy(() -> list(client))
          .isInstanceOfSatisfying(
              MdsoException.class, e -> assertThat(e.kind()).isEqualTo(MdsoException.Kind.HTTP));
    }

    server.verify(1, postRequestedFor(urlEqualTo(TOKENS)));
  }

  private void stubNumberedTokens() {
    server.stubFor(
        post(urlEqualTo(TOKENS))
            .inScenario("tokens")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withStatus(201).withBody("{\"token\":\"first\"}"))
            .willSetStateTo("second"));
    server.stubFor(
        post(urlEqualTo(TOKENS))
            .inScenario("tokens")
            .whenScenarioStateIs("second")
            .willReturn(aResponse().withStatus(201).withBody("{\"token\":\"second\"}")));
  }

  private static List<MdsoResource> list(MdsoClient client)
      throws IOException, InterruptedException {
    return client.list(QUERY, json -> MdsoResource.parse(json, List.of()), MdsoResource::id).next();
  }
}
