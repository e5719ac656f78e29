// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlMatching;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands that ask an orchestrator, against one that answers as told. */
class MdsoCommandTest {

  private static final String MARKET = "/bpocore/market/api/v1";
  private static final String TOKENS = "/tron/api/v1/tokens";
  private static final String TOKEN = "0123456789abcdef0123";
  private static final String PASSWORD = "s3cret-pass";
  private static final String ID = "11111111-1111-4111-8111-111111111111";

  private final WireMockServer orchestrator = new WireMockServer(wireMockConfig().dynamicPort());
  private final Map<String, String> environment = new HashMap<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void startOrchestrator() {
    orchestrator.start();
    orchestrator.stubFor(
        post(urlPathEqualTo(TOKENS))
            .willReturn(okJson("{\"token\":\"" + TOKEN + "\",\"timeout\":3600}").withStatus(201)));
    orchestrator.stubFor(
        delete(urlPathEqualTo(TOKENS + "/" + TOKEN)).willReturn(aResponse().withStatus(204)));
    orchestrator.stubFor(
        get(urlPathEqualTo(MARKET + "/resources/count")).willReturn(okJson("{\"count\":0}")));
    orchestrator.stubFor(
        get(urlPathEqualTo(MARKET + "/products")).willReturn(okJson("{\"items\":[]}")));
    environment.put("MDSO_URL", orchestrator.baseUrl());
    environment.put("MDSO_ALLOW_INSECURE", "true");
    environment.put("MDSO_USER", "svc-station");
    environment.put("MDSO_PASS", PASSWORD);
    environment.put("MDSO_RATE_LIMIT", "10000");
  }

  @AfterEach
  void stopAndLookForSecrets() {
    orchestrator.stop();
    assertThat(out.toString() + err).doesNotContain(TOKEN, PASSWORD);
  }

  @Test
  void products_asText_nameWhatMakesEachTypeAndWhatIsNotKnown() {
    stubNetworkServices();

    assertThat(run("products")).as(err::toString).isEqualTo(Station.OK);

    assertThat(out.toString().lines()).hasSize(7);
    assertThat(line("network_service "))
        .containsPattern(
            "example\\.resourceTypes\\.NetworkService +42 resources; made by Network service"
                + " \\(p-1\\), Old service \\(p-2, inactive\\)");
    assertThat(line("port_activation ")).endsWith("not known to the orchestrator");
    assertThat(line("cpe_activator ")).endsWith("1 resources; no product makes it");
    orchestrator.verify(1, postRequestedFor(urlPathEqualTo(TOKENS)));
    orchestrator.verify(1, deleteRequestedFor(urlPathEqualTo(TOKENS + "/" + TOKEN)));
  }

  @Test
  void products_asJson_areOneArray() throws Exception {
    stubNetworkServices();

    assertThat(run("products", "-o", "json")).as(err::toString).isEqualTo(Station.OK);

    JsonNode types = new ObjectMapper().readTree(out.toString());
    assertThat(types).hasSize(7);
    assertThat(types.get(1))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"product_type":"network_service",
                     "resource_type":"example.resourceTypes.NetworkService",
                     "known":true,"resources":42,"products":[
                       {"id":"p-1","title":"Network service","active":true},
                       {"id":"p-2","title":"Old service","active":false}]}"""));
    assertThat(types.get(0).path("known").booleanValue()).isFalse();
  }

  @Test
  void products_otherPrefix_asksForThatAndHintsAtIt() {
    environment.put("MDSO_TYPE_ID_PREFIX", "elsewhere.");
    orchestrator.stubFor(
        get(urlPathEqualTo(MARKET + "/resources/count")).willReturn(aResponse().withStatus(404)));

    assertThat(run("products")).as(err::toString).isEqualTo(Station.OK);

    assertThat(out.toString()).contains("elsewhere.NetworkService", "MDSO_TYPE_ID_PREFIX");
  }

  @Test
  void resource_asText_showsItsStateAndOperations() {
    stubResource();

    assertThat(run("resource", ID)).as(err::toString).isEqualTo(Station.OK);

    assertThat(out.toString().lines())
        .containsExactly(
            "resource    " + ID,
            "label       80.L1XX.000001..TEST",
            "type        example.resourceTypes.NetworkService",
            "circuit     80.L1XX.000001..TEST",
            "state       failed",
            "desired     active",
            "reason      no route, password=******",
            "created     2025-01-01T00:00:00.000000000Z",
            "updated     -",
            "operation   2025-01-01T00:00:01.000000000Z  activate  failed  unable to connect",
            "operation   -  resync  successful");
    orchestrator.verify(1, deleteRequestedFor(urlPathEqualTo(TOKENS + "/" + TOKEN)));
  }

  @Test
  void resource_asJson_saysWhichOperationFailed() throws Exception {
    stubResource();

    assertThat(run("resource", "-o", "json", ID)).as(err::toString).isEqualTo(Station.OK);

    JsonNode resource = new ObjectMapper().readTree(out.toString());
    assertThat(resource.path("orch_state").textValue()).isEqualTo("failed");
    assertThat(resource.path("operations")).hasSize(2);
    assertThat(resource.path("operations").get(0).path("failed").booleanValue()).isTrue();
    assertThat(resource.path("operations").get(1).path("failed").booleanValue()).isFalse();
  }

  @Test
  void resource_unknown_isAFindingThatNamesIt() {
    assertThat(run("resource", "gone")).isEqualTo(Station.FINDING);
    assertThat(err.toString()).contains("no resource gone");
    orchestrator.verify(1, deleteRequestedFor(urlPathEqualTo(TOKENS + "/" + TOKEN)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"MDSO_URL", "MDSO_PASS"})
  void variable_missing_isAUsageErrorThatNamesIt(String name) {
    environment.remove(name);

    assertThat(run("products")).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains(name + " is missing").doesNotContain("\tat ");
  }

  @Test
  void login_refused_isAUsageErrorAndNotTriedAgain() {
    orchestrator.stubFor(
        post(urlPathEqualTo(TOKENS)).willReturn(aResponse().withStatus(401).withBody(PASSWORD)));

    assertThat(run("products")).isEqualTo(Station.USAGE);

    assertThat(err.toString())
        .contains("refused the credentials", "HTTP 401", "MDSO_PASS")
        .doesNotContain("\tat ");
    orchestrator.verify(1, postRequestedFor(urlPathEqualTo(TOKENS)));
    orchestrator.verify(0, getRequestedFor(urlMatching(MARKET + ".*")));
  }

  @Test
  void orchestrator_broken_isAFindingAndTheTokenIsDeleted() {
    orchestrator.stubFor(
        get(urlPathEqualTo(MARKET + "/resources/count")).willReturn(aResponse().withStatus(500)));

    assertThat(run("products")).isEqualTo(Station.FINDING);

    assertThat(err.toString()).contains("/resources/count answered HTTP 500");
    orchestrator.verify(1, deleteRequestedFor(urlPathEqualTo(TOKENS + "/" + TOKEN)));
  }

  @Test
  void orchestrator_gone_isUnreachable() {
    orchestrator.stop();

    assertThat(run("products")).isEqualTo(Station.UNREACHABLE);
    assertThat(err.toString()).contains("MDSO_URL can't be reached");
  }

  /** As a certificate that is not trusted does. */
  @Test
  void orchestrator_breaksTheConnection_isUnreachable() {
    orchestrator.stubFor(
        post(urlPathEqualTo(TOKENS)).willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)));

    assertThat(run("products")).isEqualTo(Station.UNREACHABLE);
    assertThat(err.toString()).contains("MDSO_URL can't be reached");
  }

  private void stubNetworkServices() {
    stubCount("example.resourceTypes.NetworkService", 42);
    stubCount("example.resourceTypes.cpeActivator", 1);
    orchestrator.stubFor(
        get(urlPathEqualTo(MARKET + "/products"))
            .withQueryParam("q", equalTo("resourceTypeId:example.resourceTypes.NetworkService"))
            .willReturn(
                okJson(
                    """
                    {"items":[
                     {"id":"p-1","resourceTypeId":"example.resourceTypes.NetworkService",
                      "title":"Network service","active":true},
                     {"id":"p-2","resourceTypeId":"example.resourceTypes.NetworkService",
                      "title":"Old service","active":false}]}""")));
  }

  private void stubCount(String typeId, int count) {
    orchestrator.stubFor(
        get(urlPathEqualTo(MARKET + "/resources/count"))
            .withQueryParam("exactTypeId", equalTo(typeId))
            .willReturn(okJson("{\"count\":" + count + "}")));
  }

  private void stubResource() {
    orchestrator.stubFor(
        get(urlPathEqualTo(MARKET + "/resources/" + ID))
            .willReturn(
                okJson(
                    """
                    {"id":"%s","label":"80.L1XX.000001..TEST",
                     "resourceTypeId":"example.resourceTypes.NetworkService",
                     "properties":{"circuit_id":"80.L1XX.000001..TEST"},
                     "orchState":"failed","desiredOrchState":"active",
                     "reason":"no route, password=hunter2",
                     "createdAt":"2025-01-01T00:00:00.000Z"}"""
                        .formatted(ID))));
    orchestrator.stubFor(
        get(urlPathEqualTo(MARKET + "/resources/" + ID + "/operations"))
            .willReturn(
                okJson(
                    """
                    {"items":[
                     {"id":"o-1","interface":"activate","state":"failed",
                      "reason":"unable to connect","createdAt":"2025-01-01T00:00:01.000Z"},
                     {"id":"o-2","interface":"resync","state":"successful"}]}""")));
  }

  private String line(String start) {
    return out.toString().lines().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
  }

  private int run(String... arguments) {
    CommandLine station = Station.commandLine(environment);
    station.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 1];
    all[0] = "mdso";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return station.execute(all);
  }
}
