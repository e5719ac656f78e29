// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.serviceUnavailable;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.correlationstation.mdso.Fixtures.SERVICE_ID;
import static io.correlationstation.mdso.StubOrchestrator.PRODUCTS;
import static io.correlationstation.mdso.StubOrchestrator.RESOURCES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import io.correlationstation.mdso.Fixtures;
import io.correlationstation.mdso.market.MdsoException.Kind;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts, products and operations. */
class CatalogueTest {

  private static final String TYPE = "example.resourceTypes.NetworkService";
  private static final String COUNT = RESOURCES + "/count";
  private static final String OPERATIONS = RESOURCES + "/" + SERVICE_ID + "/operations";

  private final ClientRig rig = new ClientRig();
  private final WireMockServer server = rig.orchestrator.server;

  @AfterEach
  void stop() {
    rig.close();
  }

  @Test
  void count_ofAType_isTheOrchestrators() throws Exception {
    server.stubFor(
        get(urlPathEqualTo(COUNT))
            .withQueryParam("exactTypeId", equalTo(TYPE))
            .withQueryParam("obfuscate", equalTo("true"))
            .willReturn(okJson("{\"count\":5000000000}")));

    assertThat(rig.client().count(TYPE)).isEqualTo(5_000_000_000L);
    assertThat(rig.calls(COUNT, "200")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"count\":\"many\"}", "{\"count\":-1}", "[]", "{\"count\":", ""})
  void count_answerWithoutACount_isBroken(String body) throws Exception {
    server.stubFor(get(urlPathEqualTo(COUNT)).willReturn(okJson(body)));
    MdsoClient client = rig.client();

    MdsoException failure = catchThrowableOfType(MdsoException.class, () -> client.count(TYPE));

    assertThat(failure.kind()).isEqualTo(Kind.BROKEN_JSON);
    assertThat(failure).hasMessageStartingWith(COUNT);
  }

  @Test
  void count_503Once_isAskedAgain() throws Exception {
    server.stubFor(get(urlPathEqualTo(COUNT)).inScenario("s").willReturn(okJson("{\"count\":7}")));
    server.stubFor(
        get(urlPathEqualTo(COUNT))
            .inScenario("s")
            .whenScenarioStateIs("Started")
            .willReturn(serviceUnavailable())
            .willSetStateTo("well"));

    assertThat(rig.client().count(TYPE)).isEqualTo(7);
    assertThat(rig.pauses).hasSize(1);
  }

  @Test
  void products_overPages_givesThoseOfTheType() throws Exception {
    server.stubFor(
        products()
            .withQueryParam("pageToken", absent())
            .willReturn(
                okJson(
                    Fixtures.page(
                        "t1",
                        Fixtures.product("p-1", "NetworkService", true),
                        Fixtures.product("p-2", "PortActivation", true)))));
    server.stubFor(
        products()
            .withQueryParam("pageToken", equalTo("t1"))
            .willReturn(
                okJson(
                    Fixtures.page(
                        Fixtures.product("p-1", "NetworkService", true),
                        Fixtures.product("p-3", "NetworkService", false)))));

    assertThat(rig.client().products(TYPE).rest())
        .containsExactly(
            new MdsoProduct("p-1", "NetworkService product", "built-in", true),
            new MdsoProduct("p-3", "NetworkService product", "built-in", false));
    assertThat(rig.calls(PRODUCTS, "200")).isEqualTo(2);
  }

  @Test
  void products_typeThatCannotStandInAFilter_isFilteredHere() throws Exception {
    server.stubFor(
        get(urlPathEqualTo(PRODUCTS))
            .willReturn(okJson(Fixtures.page(Fixtures.product("p", "X", true)))));

    assertThat(rig.client().products("odd:type").rest()).isEmpty();
    server.verify(getRequestedFor(urlPathEqualTo(PRODUCTS)).withQueryParam("q", absent()));
  }

  @Test
  void operations_ofAResource_keepNoInputsAndMaskReasons() throws Exception {
    server.stubFor(
        get(urlPathEqualTo(OPERATIONS))
            .withQueryParam("obfuscate", equalTo("true"))
            .willReturn(
                okJson(
                    Fixtures.page(
                        Fixtures.operation(
                            "o-1", "activate", "failed", "login with password=hunter2"),
                        Fixtures.operation("o-2", "resync", "SUCCESSFUL", null)))));

    assertThat(rig.client().operations(SERVICE_ID).rest())
        .containsExactly(
            new MdsoOperation(
                "o-1",
                "activate",
                "activate it",
                "failed",
                "login with password=******",
                Instant.parse("2025-01-01T00:00:01Z"),
                Instant.parse("2025-01-01T00:01:07Z")),
            new MdsoOperation(
                "o-2",
                "resync",
                "resync it",
                "SUCCESSFUL",
                null,
                Instant.parse("2025-01-01T00:00:01Z"),
                Instant.parse("2025-01-01T00:01:07Z")))
        .extracting(MdsoOperation::isFailed)
        .containsExactly(true, false);
    assertThat(rig.calls(RESOURCES + "/{id}/operations", "200")).isEqualTo(1);
  }

  @Test
  void operations_ofNoResource_fail() throws Exception {
    Pager<MdsoOperation> operations = rig.client().operations("gone");

    MdsoException failure = catchThrowableOfType(MdsoException.class, operations::rest);

    assertThat(failure.isNotFound()).isTrue();
    assertThat(failure).hasMessageContaining("/{id}/operations").hasMessageNotContaining("gone");
  }

  private static MappingBuilder products() {
    return get(urlPathEqualTo(PRODUCTS))
        .withQueryParam("q", equalTo("resourceTypeId:" + TYPE))
        .withQueryParam("includeInactive", equalTo("true"))
        .withQueryParam("obfuscate", equalTo("true"));
  }
}
