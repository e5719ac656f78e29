// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Reads request bodies. */
final class Json {

  private static final ObjectMapper mapper =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** Throws a 400 {@link GatewayError} for anything but one JSON object. */
  static ObjectNode parse(String body) {
    try {
      JsonNode document = mapper.readTree(body);
      if (document instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw new GatewayError(400, "The body is not JSON");
    }
    throw new GatewayError(400, "The body is not a JSON object");
  }

  private Json() {}
}
