// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import static io.correlationstation.correlation.CorrelationKey.CIRCUIT_ID;
import static io.correlationstation.correlation.CorrelationKey.PRODUCT_ID;
import static io.correlationstation.correlation.CorrelationKey.REQUEST_ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.correlation.Correlation;
import io.opentelemetry.context.Scope;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OrderRequestTest {

  private static final String REST = "\"service_type\":\"FIA\",\"topology_id\":\"000001\"}";

  @Test
  void parse_keyInBody_isTaken() {
    OrderRequest order = parse(Map.of(), "{\"circuit_id\":\"80.L1XX.000001..TEST\"," + REST);

    assertThat(order.circuitId()).isEqualTo("80.L1XX.000001..TEST");
    assertThat(order.keys().get(CIRCUIT_ID)).isEqualTo("80.L1XX.000001..TEST");
    assertThat(order.serviceType()).isEqualTo("FIA");
    assertThat(order.topologyId()).isEqualTo("000001");
  }

  @Test
  void parse_keyInHeader_isTaken() {
    OrderRequest order = parse(Map.of("X-Circuit-Id", "H-1", "X-Product-Id", "P-1"), "{" + REST);

    assertThat(order.circuitId()).isEqualTo("H-1");
    assertThat(order.keys().get(PRODUCT_ID)).isEqualTo("P-1");
  }

  @Test
  void parse_keyInHeaderAndBody_takesTheHeader() {
    OrderRequest order = parse(Map.of("X-Circuit-Id", "H-1"), "{\"circuit_id\":\"B-1\"," + REST);

    assertThat(order.circuitId()).isEqualTo("H-1");
    assertThat(order.keys().get(CIRCUIT_ID)).isEqualTo("H-1");
  }

  @Test
  void parse_blankHeader_takesTheBody() {
    OrderRequest order = parse(Map.of("X-Circuit-Id", " "), "{\"circuit_id\":\"B-1\"," + REST);

    assertThat(order.circuitId()).isEqualTo("B-1");
  }

  @Test
  void parse_keyInBaggageOnly_isTaken() {
    try (Scope scope = Correlation.of(CIRCUIT_ID, "BAG-1").makeCurrent()) {
      assertThat(parse(Map.of(), "{" + REST).circuitId()).isEqualTo("BAG-1");
      assertThat(parse(Map.of(), "{\"circuit_id\":\"B-1\"," + REST).circuitId()).isEqualTo("B-1");
    }
  }

  @Test
  void parse_noRequestId_makesANewUuidEachTime() {
    String body = "{\"circuit_id\":\"A\"," + REST;

    String first = String.valueOf(parse(Map.of(), body).keys().get(REQUEST_ID));
    String second = String.valueOf(parse(Map.of(), body).keys().get(REQUEST_ID));

    assertThat(UUID.fromString(first)).isNotEqualTo(UUID.fromString(second));
  }

  @Test
  void parse_requestId_isKept() {
    OrderRequest order = parse(Map.of(), "{\"circuit_id\":\"A\",\"request_id\":\"req-7\"," + REST);

    assertThat(order.keys().get(REQUEST_ID)).isEqualTo("req-7");
  }

  @Test
  void parse_nullAndUnknownFields_areAsIfAbsent() {
    OrderRequest order =
        parse(Map.of("X-Circuit-Id", "A"), "{\"circuit_id\":null,\"colour\":{\"a\":1}," + REST);

    assertThat(order.circuitId()).isEqualTo("A");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | the body is not a JSON object",
        "[] | the body is not a JSON object",
        "null | the body is not a JSON object",
        "{ | the body is not JSON",
        "{} {} | the body is not JSON",
        "{\"circuit_id\":\"A\",\"circuit_id\":\"B\"} | the body is not JSON",
        "{\"circuit_id\":7} | circuit_id is not a string",
        "{\"circuit_id\":[\"A\"]} | circuit_id is not a string",
        "{} | circuit_id is missing",
        "{\"circuit_id\":\"\"} | circuit_id is empty",
        "{\"circuit_id\":\"A B\"} | circuit_id has a character",
        "{\"circuit_id\":\"A\\r\\nX: 1\"} | circuit_id has a character",
        "{\"circuit_id\":\"_A\"} | circuit_id is not a circuit id",
        "{\"circuit_id\":\"A\",\"request_id\":\"a,b\"} | request_id has a character",
        "{\"circuit_id\":\"A\",\"product_id\":1} | product_id is not a string",
        "{\"circuit_id\":\"A\"} | service_type is not one of",
        "{\"circuit_id\":\"A\",\"service_type\":\"fia\"} | service_type is not one of",
        "{\"circuit_id\":\"A\",\"service_type\":1} | service_type is not a string",
        "{\"circuit_id\":\"A\",\"service_type\":\"FIA\"} | topology_id is missing",
        "{\"circuit_id\":\"A\",\"service_type\":\"FIA\",\"topology_id\":1} | topology_id is not a",
        "{\"circuit_id\":\"A\",\"service_type\":\"FIA\",\"topology_id\":\" \"} | topology_id is"
      })
  void parse_badOrder_is400AndSaysWhy(String body, String reason) {
    assertThatThrownBy(() -> parse(Map.of(), body))
        .isInstanceOfSatisfying(
            Problem.class, problem -> assertThat(problem.status()).isEqualTo(400))
        .hasMessageStartingWith(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"A B", "_A", "80.L1XX.000001..TEST\n"})
  void parse_badHeader_is400EvenIfTheBodyIsGood(String header) {
    assertThatThrownBy(() -> parse(Map.of("X-Circuit-Id", header), "{\"circuit_id\":\"A\"," + REST))
        .isInstanceOf(Problem.class)
        .hasMessageStartingWith("circuit_id ");
  }

  private static OrderRequest parse(Map<String, String> headers, String body) {
    return OrderRequest.parse(headers::get, body);
  }
}
