// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.palantir;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** Body of a reservation: for which resource a circuit's devices are wanted. */
record ReservationRequest(String circuitId, String resourceId) {

  private static final ObjectMapper json =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final int MAX_RESOURCE_ID = 128;

  /** Throws a 400 {@link Problem} that names what is wrong. */
  static ReservationRequest parse(String body) {
    JsonNode document;
    try {
      document = json.readTree(body);
    } catch (JsonProcessingException e) {
      throw new Problem(400, "the body is not JSON", e);
    }
    String resourceId = text(document, "resource_id");
    if (resourceId.length() > MAX_RESOURCE_ID) {
      throw new Problem(400, "resource_id is longer than " + MAX_RESOURCE_ID);
    }
    return new ReservationRequest(CircuitId.require(text(document, "circuit_id")), resourceId);
  }

  private static String text(JsonNode document, String name) {
    JsonNode value = document.path(name);
    if (!value.isTextual() || value.textValue().isEmpty()) {
      throw new Problem(400, name + " is missing or not a string");
    }
    return value.textValue();
  }
}
