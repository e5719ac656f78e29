// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** Reads and writes the JSON of the intakes that are not OTLP. */
final class JsonBodies {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  static {
    MAPPER
        .getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(200)
                .maxStringLength(Integer.MAX_VALUE)
                .build());
  }

  private JsonBodies() {}

  /** The object that the body holds; refused when it is broken JSON or something else. */
  static JsonNode object(byte[] body) throws Refusal {
    try {
      JsonNode root = MAPPER.readTree(body);
      if (root.isMissingNode()) {
        throw Refusal.badRequest("the body is empty");
      }
      if (!root.isObject()) {
        throw Refusal.invalid("the body is not a JSON object");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw Refusal.badRequest("not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw Refusal.badRequest("not JSON: " + e.getMessage());
    }
  }

  static Answer answer(int status, Map<String, ?> members) {
    return new Answer(status, Answer.JSON, write(members));
  }

  /** RFC 9457. */
  static Answer problem(Refusal refusal) {
    int status = refusal.kind().httpStatus;
    return new Answer(
        status,
        Answer.PROBLEM,
        write(
            Map.of(
                "type",
                "about:blank",
                "title",
                refusal.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                "status",
                status,
                "detail",
                refusal.text())));
  }

  private static byte[] write(Map<String, ?> members) {
    try {
      return MAPPER.writeValueAsBytes(members);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of texts and numbers is JSON", e);
    }
  }
}
