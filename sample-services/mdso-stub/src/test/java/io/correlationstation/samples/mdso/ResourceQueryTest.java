// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourceQueryTest {

  private final Market market = new Market(new FakeTime("2025-01-01T00:00:00Z"));

  @BeforeEach
  void create() {
    resource("80.L1XX.000001..TEST", "example.resourceTypes.NetworkService", "FIA");
    resource("80.L1XX.000002..TEST", "example.resourceTypes.NetworkService", "ELAN");
    resource("80.L1XX.000001..TEST.orch_trace", "tosca.resourceTypes.TraceLog", "none");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exactTypeId | tosca.resourceTypes.TraceLog | 1",
        "exactTypeId | tosca.resourceTypes.TraceLog,example.resourceTypes.NetworkService | 3",
        "exactTypeId | example.resourceTypes | 0",
        "resourceTypeId | example.resourceTypes.NetworkService | 2",
        "productId | product | 3",
        "productId | other | 0",
        "q | label:80.L1XX.000001..TEST | 1",
        "q | properties.service_type:ELAN | 1",
        "q | label:80.L1XX.000001..TEST,properties.service_type:ELAN | 0",
        "q | label:80.L1XX | 0",
        "q | properties:x | 0",
        "q | properties.nothing:null | 0",
        "p | label:80.L1XX* | 3",
        "p | label:*orch_trace | 1",
        "p | label:000002 | 1",
        "p | label:80.L1XX.000001..TEST.orch_trace | 1",
        "p | label:80?L1XX* | 0",
        "obfuscate | true | 3"
      })
  void parse_oneFilter_findsWhatMatches(String name, String value, int expected) {
    ResourceQuery query = ResourceQuery.parse(Map.of(name, value));

    assertThat(query.count(market.all())).isEqualTo(expected);
    assertThat(query.page(market.all()).path("total").asInt()).isEqualTo(expected);
  }

  @Test
  void parse_bothTypes_theExactOneCounts() {
    ResourceQuery query =
        ResourceQuery.parse(
            Map.of(
                "exactTypeId", "tosca.resourceTypes.TraceLog",
                "resourceTypeId", "example.resourceTypes.NetworkService"));

    assertThat(query.count(market.all())).isEqualTo(1);
  }

  @Test
  void page_followingTheTokens_givesEachResourceOnceAndInOrder() {
    IntStream.range(3, 10).forEach(n -> resource("C-" + n, "type:a&b=c", "FIA"));
    List<String> labels = new ArrayList<>();
    JsonNode page =
        ResourceQuery.parse(Map.of("exactTypeId", "type:a&b=c", "limit", "3")).page(market.all());
    labels.addAll(labels(page));
    while (page.has("nextPageToken")) {
      page =
          ResourceQuery.parse(Map.of("pageToken", page.path("nextPageToken").asText()))
              .page(market.all());
      labels.addAll(labels(page));
    }

    assertThat(labels).containsExactly("C-3", "C-4", "C-5", "C-6", "C-7", "C-8", "C-9");
    assertThat(page.path("offset").asInt()).isEqualTo(6);
    assertThat(page.path("total").asInt()).isEqualTo(7);
  }

  @Test
  void page_limitBesideTheToken_wins() {
    String token =
        ResourceQuery.parse(Map.of("limit", "1")).page(market.all()).path("nextPageToken").asText();

    JsonNode page =
        ResourceQuery.parse(Map.of("pageToken", token, "limit", "2")).page(market.all());

    assertThat(page.path("items")).hasSize(2);
    assertThat(page.path("offset").asInt()).isEqualTo(1);
    assertThat(page.has("nextPageToken")).isFalse();
  }

  @Test
  void page_limitAboveTheGreatest_isCut() {
    JsonNode page = ResourceQuery.parse(Map.of("limit", "5000")).page(market.all());

    assertThat(page.path("limit").asInt()).isEqualTo(1_000);
  }

  @Test
  void page_limitZeroOrPastTheEnd_isEmptyAndLast() {
    for (Map<String, String> parameters : List.of(Map.of("limit", "0"), Map.of("offset", "99"))) {
      JsonNode page = ResourceQuery.parse(parameters).page(market.all());

      assertThat(page.path("items")).isEmpty();
      assertThat(page.path("total").asInt()).isEqualTo(3);
      assertThat(page.has("nextPageToken")).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "limit, ten",
    "limit, -1",
    "offset, 1.5",
    "q, label",
    "p, :x",
    "pageToken, ###",
    "pageToken, YWJj"
  })
  void parse_wrongParameter_is400ThatNamesIt(String name, String value) {
    assertThatThrownBy(() -> ResourceQuery.parse(Map.of(name, value)))
        .isInstanceOfSatisfying(
            GatewayError.class, error -> assertThat(error.status()).isEqualTo(400))
        .hasMessageStartingWith(name + " ");
  }

  private static List<String> labels(JsonNode page) {
    return page.path("items").findValuesAsText("label");
  }

  private void resource(String label, String typeId, String serviceType) {
    market.create(
        label,
        typeId,
        "product",
        JsonNodeFactory.instance.objectNode().put("service_type", serviceType),
        "active");
  }
}
