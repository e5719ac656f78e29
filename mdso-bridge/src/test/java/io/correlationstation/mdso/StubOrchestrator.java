// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlMatching;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An orchestrator that answers as told: logins succeed, listings are empty, everything else is 404,
 * until a test says otherwise. Stubs added later win.
 */
public final class StubOrchestrator implements AutoCloseable {

  public static final String RESOURCES = "/bpocore/market/api/v1/resources";
  public static final String PRODUCTS = "/bpocore/market/api/v1/products";
  public static final String TOKENS = "/tron/api/v1/tokens";
  public static final String TOKEN = "0123456789abcdef0123";

  public final WireMockServer server = new WireMockServer(wireMockConfig().dynamicPort());

  public StubOrchestrator() {
    server.start();
    reset();
  }

  /** Back to the answers of the beginning. */
  public void reset() {
    server.resetAll();
    server.stubFor(any(urlMatching(".*")).atPriority(10).willReturn(aResponse().withStatus(404)));
    server.stubFor(
        post(urlPathEqualTo(TOKENS))
            .willReturn(
                aResponse()
                    .withStatus(201)
                    .withBody(
                        "{\"token\":\"%s\",\"isSuccessful\":true,\"timeout\":3600}"
                            .formatted(TOKEN))));
    server.stubFor(delete(urlPathMatching(TOKENS + "/.*")).willReturn(aResponse().withStatus(204)));
    server.stubFor(get(urlPathEqualTo(RESOURCES)).willReturn(okJson(Fixtures.page())));
  }

  /** Resources of a type, in one page. */
  public void list(String typeSuffix, ObjectNode... resources) {
    server.stubFor(listing(typeSuffix).willReturn(okJson(Fixtures.page(resources))));
  }

  public static MappingBuilder listing(String typeSuffix) {
    return get(urlPathEqualTo(RESOURCES))
        .withQueryParam("exactTypeId", equalTo("example.resourceTypes." + typeSuffix));
  }

  /** Trace logs of an origination resource. */
  public void traceLogs(String originationId, ObjectNode... logs) {
    server.stubFor(traceLogLookup(originationId).willReturn(okJson(Fixtures.page(logs))));
  }

  public static MappingBuilder traceLogLookup(String originationId) {
    return get(urlPathEqualTo(RESOURCES))
        .withQueryParam("exactTypeId", equalTo("tosca.resourceTypes.TraceLog"))
        .withQueryParam("q", equalTo("properties.origination_id:" + originationId));
  }

  /** Variables that point a bridge here, fast and without a schedule. */
  public Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("MDSO_URL", server.baseUrl());
    environment.put("MDSO_ALLOW_INSECURE", "true");
    environment.put("MDSO_USER", "user");
    environment.put("MDSO_PASS", "s3cret-pass");
    environment.put("MDSO_CADENCE", "off");
    environment.put("MDSO_RATE_LIMIT", "10000");
    return environment;
  }

  @Override
  public void close() {
    server.stop();
  }
}
