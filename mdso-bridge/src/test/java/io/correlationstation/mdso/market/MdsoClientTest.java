// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.correlationstation.mdso.RecordingSink.attribute;
import static io.correlationstation.mdso.StubOrchestrator.RESOURCES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.correlationstation.mdso.Fixtures;
import io.correlationstation.mdso.market.MdsoException.Kind;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MdsoClientTest {

  private static final ResourceQuery QUERY = ResourceQuery.ofType("example.resourceTypes.X");

  private final ClientRig rig = new ClientRig();
  private final WireMockServer server = rig.orchestrator.server;

  @AfterEach
  void stop() {
    rig.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 1001})
  void list_itemsOverPages_givesEachOnce(int count) throws Exception {
    List<ObjectNode> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(item(i));
    }
    int first = Math.min(count, 1000);
    stubPage(null, count > 1000 ? "t1" : null, all.subList(0, first).toArray(ObjectNode[]::new));
    stubPage("t1", null, all.subList(first, count).toArray(ObjectNode[]::new));

    assertThat(listAll()).hasSize(count);
    server.verify(count > 1000 ? 2 : 1, getRequestedFor(urlPathEqualTo(RESOURCES)));
  }

  @Test
  void list_repeatedToken_ends() throws Exception {
    stubPage(null, "t1", item(1));
    stubPage("t1", "t1", item(2));

    assertThat(listAll()).hasSize(2);
  }

  @Test
  void list_emptyPageWithToken_ends() throws Exception {
    stubPage(null, "t1", item(1));
    stubPage("t1", "t2");

    assertThat(listAll()).hasSize(1);
    server.verify(2, getRequestedFor(urlPathEqualTo(RESOURCES)));
  }

  @Test
  void list_wrongTotal_isNotTrusted() throws Exception {
    server.stubFor(
        get(urlPathEqualTo(RESOURCES))
            .willReturn(
                okJson("{\"total\":77,\"items\":[{\"id\":\"a\"}],\"nextPageToken\":null}")));

    assertThat(listAll()).hasSize(1);
  }

  @Test
  void list_itemShiftedOntoTheNextPage_countsOnce() throws Exception {
    stubPage(null, "t1", item(1), item(2));
    stubPage("t1", null, item(2), item(3));

    assertThat(listAll()).extracting(MdsoResource::id).containsExactly("r-1", "r-2", "r-3");
  }

  @Test
  void list_moreThanMaxPages_failsLoudly() throws Exception {
    rig.environment.put("MDSO_MAX_PAGES", "3");
    server.stubFor(
        get(urlPathEqualTo(RESOURCES))
            .willReturn(
                aResponse()
                    .withTransformers("response-template")
                    .withBody("{\"items\":[{\"id\":\"a\"}],\"nextPageToken\":\"t0\"}")));
    stubPage("t0", "t1", item(1));
    stubPage("t1", "t2", item(2));
    stubPage("t2", "t3", item(3));

    assertThat(failure().kind()).isEqualTo(Kind.PAGING_ABORTED);
    server.verify(3, getRequestedFor(urlPathEqualTo(RESOURCES)));
  }

  @ParameterizedTest
  @CsvSource({"400", "403", "404", "412", "500"})
  void call_statusOfNoHope_failsAtOnceWithReason(int status) throws Exception {
    answer(
        aResponse()
            .withStatus(status)
            .withBody(
                "{\"errors\":[{\"trace_id\":\"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\",\"hop_id\":\"h\"}],\"failureInfo\":{\"reason\":\"not"
                    + " found, token=0123456789abcdef\"}}"));

    MdsoException failure = failure();

    assertThat(failure.status()).isEqualTo(status);
    assertThat(failure)
        .hasMessage(RESOURCES + " answered HTTP " + status + ": not found, token=******");
    server.verify(1, getRequestedFor(urlPathEqualTo(RESOURCES)));
    assertThat(rig.calls(RESOURCES, Integer.toString(status))).isEqualTo(1);
    Span call = clientSpan();
    assertThat(attribute(call, "mdso.trace_id")).isEqualTo(Fixtures.TRACE_UUID);
    assertThat(attribute(call, "mdso.hop_id")).isEqualTo("h");
    assertThat(attribute(call, "url.template")).isEqualTo(RESOURCES);
    assertThat(call.getName()).isEqualTo("GET " + RESOURCES);
    assertThat(call.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
  }

  @ParameterizedTest
  @CsvSource({"429", "502", "503", "504"})
  void call_statusOfHope_isTriedFourTimes(int status) throws Exception {
    answer(aResponse().withStatus(status).withBody("<html>bad</html>"));

    assertThat(failure().status()).isEqualTo(status);
    server.verify(4, getRequestedFor(urlPathEqualTo(RESOURCES)));
    assertThat(rig.pauses).hasSize(3);
  }

  @Test
  void call_503TwiceThen200_succeedsAfterTenSecondsEach() throws Exception {
    answerInTurn(
        aResponse().withStatus(503), aResponse().withStatus(503), okJson(Fixtures.page(item(1))));

    assertThat(listAll()).hasSize(1);
    assertThat(rig.pauses)
        .hasSize(2)
        .allSatisfy(pause -> assertThat(pause).isGreaterThanOrEqualTo(Duration.ofSeconds(10)));
  }

  @Test
  void call_429WithRetryAfter_waitsThatLong() throws Exception {
    answerInTurn(
        aResponse().withStatus(429).withHeader("Retry-After", "40"), okJson(Fixtures.page()));

    assertThat(listAll()).isEmpty();
    assertThat(rig.pauses).containsExactly(Duration.ofSeconds(40));
  }

  @Test
  void call_retryAfterBeyondDeadline_givesUp() throws Exception {
    answer(aResponse().withStatus(503).withHeader("Retry-After", "Wed, 01 Jan 2025 01:00:00 GMT"));

    assertThat(failure().status()).isEqualTo(503);
    server.verify(1, getRequestedFor(urlPathEqualTo(RESOURCES)));
  }

  @Test
  void call_connectionReset_isRetried() throws Exception {
    answer(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));

    assertThat(failure().kind()).isEqualTo(Kind.IO);
    assertThat(rig.calls(RESOURCES, "io")).isEqualTo(4);
  }

  @Test
  void call_bodySlowerThanTheTimeout_isATimeout() throws Exception {
    rig.environment.put("MDSO_REQUEST_TIMEOUT_SECONDS", "1");
    answer(okJson(Fixtures.page(item(1))).withChunkedDribbleDelay(20, 60_000));

    assertThat(failure().kind()).isEqualTo(Kind.TIMEOUT);
    assertThat(rig.calls(RESOURCES, "timeout")).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"items\":[{\"id\":\"a\"", "<html></html>", "[]", "{\"total\":1}", ""})
  void call_wholeAnswerThatIsNoPage_isNotRetried(String body) throws Exception {
    answer(aResponse().withBody(body));

    assertThat(failure().kind()).isEqualTo(Kind.BROKEN_JSON);
    server.verify(1, getRequestedFor(urlPathEqualTo(RESOURCES)));
  }

  @Test
  void call_bodyBeyondTheLimit_isRefusedUnread() throws Exception {
    rig.environment.put("MDSO_MAX_RESPONSE_BYTES", "2048");
    answer(okJson("{\"items\":[],\"x\":\"" + "x".repeat(10_000_000) + "\"}"));

    assertThat(failure().kind()).isEqualTo(Kind.OVERSIZE);
    server.verify(1, getRequestedFor(urlPathEqualTo(RESOURCES)));
  }

  @Test
  void call_tenFailuresInARow_opensTheBreakerForThirtySeconds() throws Exception {
    answer(aResponse().withStatus(500));
    MdsoClient client = rig.client();
    for (int i = 0; i < 10; i++) {
      assertThat(failure(client).status()).isEqualTo(500);
    }

    assertThat(failure(client).kind()).isEqualTo(Kind.BREAKER_OPEN);
    server.verify(10, getRequestedFor(urlPathEqualTo(RESOURCES)));

    rig.advance(Duration.ofSeconds(30));
    answer(okJson(Fixtures.page()));
    assertThat(client.list(QUERY, json -> json, json -> "").next()).isEmpty();
    assertThat(client.list(QUERY, json -> json, json -> "").next()).isEmpty();
  }

  @Test
  void call_fasterThanTheRate_waits() throws Exception {
    rig.environment.put("MDSO_RATE_LIMIT", "2");
    MdsoClient client = rig.client();
    for (int i = 0; i < 13; i++) {
      client.list(QUERY, json -> json, json -> "").next();
    }

    // a login and 13 calls; 4 leave at once (two seconds' worth), 10 wait for half a second each
    assertThat(rig.pauses.stream().reduce(Duration.ZERO, Duration::plus))
        .isBetween(Duration.ofMillis(4990), Duration.ofMillis(5010));
  }

  @Test
  void resource_missing_isNull() throws Exception {
    assertThat(rig.client().resource("gone")).isNull();
  }

  @Test
  void resource_oddId_isEncoded() throws Exception {
    server.stubFor(
        get(com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo(
                RESOURCES + "/a%2Fb%20c?obfuscate=true"))
            .willReturn(okJson("{\"id\":\"a/b c\"}")));

    assertThat(rig.client().resource("a/b c")).isNotNull();
  }

  private void stubPage(String token, String next, ObjectNode... items) {
    server.stubFor(
        get(urlPathEqualTo(RESOURCES))
            .withQueryParam("pageToken", token == null ? absent() : equalTo(token))
            .willReturn(okJson(Fixtures.page(next, items))));
  }

  private void answer(ResponseDefinitionBuilder answer) {
    server.stubFor(get(urlPathEqualTo(RESOURCES)).willReturn(answer));
  }

  private void answerInTurn(ResponseDefinitionBuilder... answers) {
    for (int i = 0; i < answers.length; i++) {
      server.stubFor(
          get(urlPathEqualTo(RESOURCES))
              .inScenario("turns")
              .whenScenarioStateIs(i == 0 ? Scenario.STARTED : "turn " + i)
              .willReturn(answers[i])
              .willSetStateTo("turn " + (i + 1)));
    }
  }

  private List<MdsoResource> listAll() throws IOException, InterruptedException {
    Pager<MdsoResource> pager =
        rig.client().list(QUERY, json -> MdsoResource.parse(json, List.of()), MdsoResource::id);
    List<MdsoResource> all = new ArrayList<>();
    for (List<MdsoResource> page = pager.next(); page != null; page = pager.next()) {
      all.addAll(page);
    }
    return all;
  }

  private MdsoException failure() throws IOException {
    return failure(rig.client());
  }

  private static MdsoException failure(MdsoClient client) {
    return catchThrowableOfType(
        MdsoException.class,
        () -> {
          Pager<MdsoResource> pager =
              client.list(QUERY, json -> MdsoResource.parse(json, List.of()), MdsoResource::id);
          while (pager.next() != null) {
            // on to the failure
          }
        });
  }

  private Span clientSpan() {
    rig.spans.flush();
    return rig.sink.spans("mdso-log-collector").stream()
        .filter(span -> span.getName().startsWith("GET"))
        .findFirst()
        .orElseThrow();
  }

  private static ObjectNode item(int number) {
    return Fixtures.networkService("r-" + number, "active");
  }
}
